// fields.js draws the inputs of Block Kit: https://docs.slack.dev/reference/block-kit/block-elements

import { el } from "./dom.js";
import { act, app, nameOf } from "./app.js";
import { say } from "./words.js";

const label = (object) => object?.text ?? "";

const kinds = {
  plain_text_input: typed,
  static_select: chosen,
  overflow: chosen,
  external_select: suggested,
  users_select: (e, names) => select(names, e.initial_user, app.state.people.map((p) => ({ value: p.id, text: nameOf(p.id) }))),
  radio_buttons: (e, names) => picked("radio", e, names, [e.initial_option]),
  checkboxes: (e, names) => picked("checkbox", e, names, e.initial_options ?? []),
  datetimepicker: dated,
};

// field draws an input. Its value is a property, in the words of the server: an option's value, several joined by commas.
export function field(e, b, at, { id, label: name, invalid, described }) {
  const names = { id, "aria-label": name, "aria-invalid": invalid, "aria-describedby": described };
  return (kinds[e.type] ?? (() => el("span")))(e, names, b, at);
}

function typed(e, names) {
  const limits = { maxlength: e.max_length ?? 3000, placeholder: label(e.placeholder), ...names };
  const node = e.multiline ? el("textarea", { rows: 4, ...limits }) : el("input", { type: "text", ...limits });
  node.value = e.initial_value ?? "";
  node.least = e.min_length ?? 0;
  return node;
}

const options = (e) => (e.options ?? []).concat((e.option_groups ?? []).flatMap((g) => g.options));

const optionOf = (o) => ({ value: o.value, text: label(o.text) });

function chosen(e, names) {
  return select(names, e.initial_option?.value, options(e).map(optionOf), label(e.placeholder));
}

function select(names, initial, list, placeholder) {
  const choose = el("option", { value: "" }, placeholder || say("select.choose"));
  const node = el("select", names, choose, list.map((o) => el("option", { value: o.value }, o.text)));
  node.value = initial ?? "";
  return node;
}

// suggested is a select whose options the app offers for what is typed.
function suggested(e, names, b, at) {
  const node = el("div", { class: "suggested" });
  const found = select({ "aria-label": say("select.choose") }, "", []);
  const search = el("input", { type: "search", placeholder: label(e.placeholder), ...names });
  search.addEventListener("input", async () => {
    const answer = await act({ do: "suggest", view: at.where.view, block: b.block_id, text: search.value });
    if (answer) found.replaceChildren(...options(answer).map(optionOf).map((o) => el("option", { value: o.value }, o.text)));
  });
  if (e.initial_option) found.append(el("option", { value: e.initial_option.value, selected: true }, label(e.initial_option.text)));
  node.append(search, found);
  Object.defineProperty(node, "value", { get: () => found.value, set: (v) => (found.value = v) });
  return node;
}

// picked is a group of radio buttons or checkboxes.
function picked(type, e, names, initial) {
  const on = initial.filter(Boolean).map((o) => o.value);
  const boxes = options(e).map((o) => {
    const box = el("input", { type, name: `${names.id}-${e.action_id}`, value: o.value, checked: on.includes(o.value) });
    return el("label", { class: "check" }, box, el("span", {}, label(o.text)));
  });
  const node = el("div", { class: "picked", role: "group", ...names }, boxes);
  const inputs = () => [...node.querySelectorAll("input")];
  Object.defineProperty(node, "value", {
    get: () => inputs().filter((i) => i.checked).map((i) => i.value).join(","),
    set: (v) => inputs().forEach((i) => (i.checked = v.split(",").includes(i.value))),
  });
  return node;
}

// dated has Unix seconds for its value.
function dated(e, names) {
  const node = el("div", { class: "dated" });
  const box = el("input", { type: "datetime-local", ...names });
  node.append(box);
  Object.defineProperty(node, "value", {
    get: () => (box.value ? String(Date.parse(box.value) / 1000) : ""),
    set: (v) => (box.value = v ? new Date(v * 1000 - new Date(v * 1000).getTimezoneOffset() * 60000).toISOString().slice(0, 16) : ""),
  });
  node.value = e.initial_date_time ?? "";
  return node;
}
