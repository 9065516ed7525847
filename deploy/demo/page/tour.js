// tour.js leads who has never seen it. What has happened is read from the ledger by the server; this only tells of it.

import { el, byId, once, pointAt } from "./dom.js";
import { act, app, draws, go } from "./app.js";
import { say } from "./words.js";

const steps = 5;
// where says which panel a step is done in, and at what; some need somebody else to act.
const where = [
  { tab: "world", at: ["signin"] },
  { tab: "chat", at: ["messages"], as: "U0YAMADA" },
  { tab: "rail", at: ["U0SATO"] },
  { tab: "world", at: ["bot", "clock"] },
  { tab: "world", at: ["bot"] },
];

let closed = localStorage.getItem("sekisho-tour") === "closed";

draws((state) => {
  byId("tour").hidden = closed;
  once(byId("tour"), closed ? null : { done: state.tour, lang: state.lang }, ({ done }) => card(done));
});

function card(done) {
  const over = done >= steps;
  const name = over ? "end" : done + 1;
  return el(
    "div",
    { class: "tour-card" },
    el("ol", { class: "dots", "aria-hidden": "true" }, Array.from({ length: steps }, (_, i) => el("li", { class: i < done ? "done" : i === done ? "here" : "" }))),
    el("div", { class: "tour-text" }, el("h2", {}, say(`tour.${name}.title`)), el("p", {}, !over && el("span", { class: "sr" }, say("tour.step", { n: name, m: steps }), ": "), say(`tour.${name}.text`))),
    !over && el("button", { type: "button", "data-focus": "show", on: { click: () => show(where[done]) } }, say("tour.show")),
    el("button", { type: "button", class: "quiet close", "aria-label": say("tour.close"), on: { click: () => keep(true) } }, "×"),
  );
}

// show points at where the step is done, and goes there.
function show(step) {
  go({ tab: step.tab, ...(step.as && { as: step.as, place: "C0APPROVALS", home: false, thread: null }) });
  if (step.as) document.dispatchEvent(new CustomEvent("become"));
  const spots = step.at.map((name) => document.querySelector(`[data-tour="${name}"]`)).filter(Boolean);
  spots[0]?.scrollIntoView({ block: "nearest" });
  spots[0]?.querySelector("button, input, select")?.focus({ preventScroll: true });
  spots.forEach(pointAt);
}

function keep(shut) {
  closed = shut;
  localStorage.setItem("sekisho-tour", shut ? "closed" : "open");
  go({});
}

byId("tour-again").addEventListener("click", async () => {
  if (app.state.tour > 0) await act({ do: "tour" });
  keep(false);
});
