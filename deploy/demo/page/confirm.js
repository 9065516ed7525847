// confirm.js asks a second time, as an element does that has a confirm dialog.

import { el, byId, show } from "./dom.js";
import { textOf } from "./text.js";

// confirmed asks what the element asks, and tells whether the answer is yes.
export function confirmed(ask) {
  const dialog = byId("confirm");
  const answer = (value) => () => dialog.close(value);
  dialog.replaceChildren(
    el("h2", { id: "confirm-title" }, textOf(ask.title)),
    el("p", {}, textOf(ask.text)),
    el(
      "div",
      { class: "dialog-actions" },
      el("button", { type: "button", on: { click: answer("no") } }, textOf(ask.deny)),
      el("button", { type: "button", class: ask.style === "danger" ? "danger" : "primary", on: { click: answer("yes") } }, textOf(ask.confirm)),
    ),
  );
  dialog.returnValue = "no"; // also for Escape
  show(dialog);
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true }));
}
