// dialogs.js shows the confirm dialog of an element, and the modal that the app has opened for who acts.

import { el, byId } from "./dom.js";
import { act, busily, draws } from "./app.js";
import { blocks } from "./blocks.js";
import { textOf } from "./text.js";
import { say } from "./words.js";

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
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true }));
}

let drawn = ""; // which view, and which of its drawings

draws((state) => {
  const dialog = byId("modal");
  const version = state.modal ? JSON.stringify([state.modal, state.lang]) : "";
  if (version === drawn) return;
  const same = drawn && state.modal?.id === dialog.dataset.view;
  const kept = same ? values(dialog) : {};
  drawn = version;
  if (!state.modal) {
    dialog.close();
    return;
  }
  dialog.dataset.view = state.modal.id;
  dialog.replaceChildren(form(state.modal));
  for (const [block, value] of Object.entries(kept)) {
    const control = controlOf(inputOf(dialog, block));
    if (control) control.value = value;
  }
  if (!dialog.open) dialog.showModal();
  controlOf(dialog.querySelector(".wrong") ?? dialog.querySelector("[data-input]"))?.focus();
});

byId("modal").addEventListener("cancel", (event) => {
  event.preventDefault(); // Slack closes it, and then it is closed here
  act({ do: "close" });
});

function form(view) {
  const at = { where: { view: view.id }, errors: view.errors };
  const hasInputs = view.blocks.some((b) => b.type === "input");
  const close = () => act({ do: "close" });
  return el(
    "form",
    { novalidate: true, on: { submit: (event) => submit(event, view) } },
    el("h2", { id: "modal-title" }, view.title),
    el("div", { class: "modal-body" }, blocks(view.blocks, at)),
    el(
      "div",
      { class: "dialog-actions" },
      el("button", { type: "button", on: { click: close } }, say("modal.cancel")),
      hasInputs && el("button", { type: "submit", class: "primary" }, say("modal.submit")),
    ),
  );
}

const inputOf = (root, block) => [...root.querySelectorAll("[data-input]")].find((n) => n.dataset.input === block);
const controlOf = (input) => input?.querySelector("input, select, textarea, .picked, .dated, .suggested");

// values are what is entered, by block.
function values(root) {
  const out = {};
  for (const input of root.querySelectorAll("[data-input]")) out[input.dataset.input] = whole(input).value;
  return out;
}

// whole is the control itself: some are made of several.
const whole = (input) => input.querySelector(".picked, .dated, .suggested") ?? controlOf(input);

// submit checks what Slack's own client checks, and sends the rest to the app.
async function submit(event, view) {
  event.preventDefault();
  const root = event.currentTarget;
  const given = values(root);
  let first = null;
  for (const b of view.blocks.filter((x) => x.type === "input")) {
    const wrong = complaint(b, given[b.block_id]);
    const input = inputOf(root, b.block_id);
    input.classList.toggle("wrong", Boolean(wrong));
    controlOf(input).setAttribute("aria-invalid", String(Boolean(wrong)));
    input.querySelector(".error").textContent = wrong;
    if (wrong) first ??= input;
  }
  if (first) {
    controlOf(first).focus();
    return;
  }
  await busily(root.querySelector("[type=submit]"), () => act({ do: "submit", view: view.id, values: given }));
}

function complaint(b, value) {
  if (value === "") return b.optional ? "" : say("modal.required");
  const least = b.element.min_length ?? 0;
  return [...value].length < least ? say("modal.short", { n: least }) : "";
}
