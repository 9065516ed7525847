// words.js has the page's words, which the server embeds: one file a language.

const catalogues = {};
let lang = "en";

// speak loads a language and makes it the page's.
export async function speak(next) {
  if (!catalogues[next]) {
    const answer = await fetch(`words/${next}.json`);
    catalogues[next] = await answer.json();
  }
  lang = next;
  document.documentElement.lang = next;
  for (const node of document.querySelectorAll("[data-say]")) node.textContent = say(node.dataset.say);
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", say(node.dataset.label));
}

export const language = () => lang;

export const knows = (key) => key in (catalogues[lang] ?? {});

// say is a sentence with what stands in for its {names}.
export function say(key, values = {}) {
  const sentence = catalogues[lang]?.[key] ?? key;
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
