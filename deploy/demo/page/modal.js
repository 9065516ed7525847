// modal.js shows the modal that the app has opened for who acts.

import { el, byId, keyed, show } from "./dom.js";
import { act, busily, draws } from "./app.js";
import { keptBlocks } from "./blocks.js";
import { textOf } from "./text.js";
import { say } from "./words.js";

let view = null; // that is shown
let told = ""; // which of its drawings, and what was said against it then

draws((state) => {
  const dialog = byId("modal");
  const fresh = state.modal?.id !== view?.id;
  view = state.modal ?? null;
  if (!view) {
    if (dialog.open) dialog.close();
    return;
  }
  if (fresh) dialog.replaceChildren(frame());
  fill(dialog);
  if (!dialog.open) show(dialog);
  const news = JSON.stringify([view.id, view.hash, view.errors, view.refused]);
  if (news === told) return;
  told = news;
  for (const input of inputs(dialog)) complain(input, view.errors?.[input.dataset.input] ?? "");
  const wrong = dialog.querySelector(".wrong");
  if (fresh || wrong) focusOn(wrong ?? inputs(dialog)[0]);
});

const close = () => act({ do: "close" });

byId("modal").addEventListener("cancel", (event) => {
  event.preventDefault(); // Slack closes it, and then it is closed here
  close();
});

// frame is a modal without what the app says in it.
function frame() {
  return el(
    "form",
    { novalidate: true, on: { submit } },
    el("header", { class: "modal-head" }, el("h2", { id: "modal-title" }), el("button", { type: "button", class: "quiet close", "aria-label": say("modal.close"), on: { click: close } }, "×")),
    el("div", { class: "modal-body" }),
    el("div", { class: "dialog-actions" }),
  );
}

// fill draws the open modal as the app has it now. What is entered stays where the ids of its block and element do.
function fill(dialog) {
  const body = dialog.querySelector(".modal-body");
  const before = new Map(inputs(body).map((n) => [n.dataset.input, { n, element: n.dataset.element, value: controlOf(n).value }]));
  byId("modal-title").textContent = view.title;
  keptBlocks(body, view.blocks, { where: { view: view.id } });
  for (const input of inputs(body)) {
    const was = before.get(input.dataset.input);
    if (was && was.n !== input && was.element === input.dataset.element) controlOf(input).value = was.value;
  }
  const buttons = [view.close && { key: "close", data: view.close }, view.submit && { key: "submit", data: view.submit }].filter(Boolean);
  keyed(dialog.querySelector(".dialog-actions"), buttons, (text, key) =>
    key === "close" ? el("button", { type: "button", "data-focus": key, on: { click: close } }, text) : el("button", { type: "submit", class: "primary", "data-focus": key }, text),
  );
}

const inputs = (root) => [...root.querySelectorAll("[data-input]")];
const controlOf = (input) => input.querySelector(".control");

// focusOn goes to the control of an input, or into the one that is made of several. What is said against it is in view too.
function focusOn(input) {
  const control = input && controlOf(input);
  (control?.matches("input, select, textarea") ? control : control?.querySelector("input, select"))?.focus();
  input?.scrollIntoView({ block: "nearest" });
}

// complain says what is wrong with an input, or that nothing is.
function complain(input, sentence) {
  input.classList.toggle("wrong", Boolean(sentence));
  input.querySelector(".error").textContent = sentence;
  const control = controlOf(input);
  for (const c of control.matches("input, select, textarea") ? [control] : control.querySelectorAll("input")) c.setAttribute("aria-invalid", String(Boolean(sentence)));
}

// submit checks what Slack's own client checks, and sends the rest to the app.
async function submit(event) {
  event.preventDefault();
  if (!view?.submit) return;
  const root = event.currentTarget;
  const given = {};
  for (const input of inputs(root)) {
    const b = view.blocks.find((x) => x.block_id === input.dataset.input);
    given[b.block_id] = controlOf(input).value;
    complain(input, complaint(b, controlOf(input)));
  }
  const wrong = root.querySelector(".wrong");
  if (wrong) return focusOn(wrong);
  await busily(root.querySelector("[type=submit]"), () => act({ do: "submit", view: view.id, values: given }));
}

function complaint({ element: e, optional }, { value, validity }) {
  const bad = validity?.badInput || validity?.stepMismatch;
  if (bad || validity?.rangeUnderflow || validity?.rangeOverflow) {
    return !bad && e.min_value && e.max_value ? say("modal.range", { min: e.min_value, max: e.max_value }) : say("modal.number");
  }
  if (value === "") return optional ? "" : say("modal.required");
  if (value.split(",").length > (e.max_selected_items ?? Infinity)) return say("modal.most", { n: e.max_selected_items });
  const least = e.min_length ?? 0;
  return [...value].length < least ? say("modal.short", { n: least }) : "";
}
