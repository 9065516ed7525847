// app.js is what the page knows: the state that the server sent last, and what is looked at.

import { el, byId } from "./dom.js";
import { say } from "./words.js";

const query = new URLSearchParams(location.search);

export const app = {
  state: null,
  lost: false, // the server does not answer
  as: query.get("as") ?? "U0YAMADA",
  place: query.get("channel") ?? "C0APPROVALS", // "app" is the direct message with the app
  thread: query.get("thread"), // the ts of its first message
  home: false,
  tab: query.get("tab") ?? "chat", // which panel a narrow window shows
  feed: query.get("feed") ?? "ledger",
};

const drawers = [];

// draws names a function that draws a part of the page from app.
export const draws = (draw) => drawers.push(draw);

// redraw draws all parts, unless what is known is what somebody else sees.
export function redraw() {
  if (app.state?.as === app.as) for (const draw of drawers) draw(app.state);
}

// go changes what is looked at; the address keeps it over a reload.
export function go(change) {
  Object.assign(app, change);
  const where = new URLSearchParams({ as: app.as, channel: app.place });
  if (app.thread) where.set("thread", app.thread);
  history.replaceState(null, "", `?${where}`);
  redraw();
}

// token is what the server knows its own page by.
export const token = document.querySelector("meta[name=token]").content;

// act asks the server to do something, and tells the person if it cannot be done. It returns the answer, or null.
export async function act(action) {
  try {
    const answer = await fetch("do", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Token": token },
      body: JSON.stringify({ as: app.as, ...action }),
    });
    if (answer.status === 403) beginAnew(); // another server by now: its token is in its own page
    if (!answer.ok) throw new Error(await answer.text());
    const out = await answer.json();
    if (!out.error) return out.answer ?? {};
    toast(out.error);
  } catch (err) {
    toast(err instanceof TypeError ? say("error.lost") : err.message);
  }
  return null;
}

const anew = "sekisho-anew";

// beginAnew loads the page of another server, which knows nothing of what was there, and the page says so.
export function beginAnew() {
  sessionStorage.setItem(anew, "yes");
  location.reload();
}

// hasBegunAnew tells, once, whether the page was loaded for that.
export function hasBegunAnew() {
  const is = sessionStorage.getItem(anew) !== null;
  sessionStorage.removeItem(anew);
  return is;
}

// busily keeps a button from being pressed again while its work runs.
export async function busily(button, work) {
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  try {
    await work();
  } finally {
    button.removeAttribute("aria-busy");
  }
}

// toast shows a sentence for a while.
export function toast(text, kind = "bad") {
  const note = el("p", { class: `toast ${kind}` }, text);
  byId("toasts").append(note);
  setTimeout(() => note.remove(), Math.max(kind === "good" ? 3000 : 7000, text.length * 80)); // as long as it takes to read
}

// person, group and channel names, by id.
export const personOf = (id) => app.state.people.find((p) => p.id === id);
export const placeOf = (name) => app.state.places.find((p) => (name === "app" ? p.app : p.id === name));

// nameOf is what a Slack of the viewer's language shows of somebody: the part of the name in it.
export function nameOf(id) {
  if (id === "U0BOT" || id === "sekisho") return "Sekisho";
  const whole = personOf(id)?.real ?? id;
  const parts = whole.split(" / ");
  return app.state.lang === "ja" ? parts[0] : parts.at(-1);
}

// now is the demo's clock.
export const now = () => new Date(Date.now() + (app.state?.ahead ?? 0));

// viewer is who acts, with their zone and their Slack's language.
export const viewer = () => personOf(app.as) ?? app.state.people[0];
