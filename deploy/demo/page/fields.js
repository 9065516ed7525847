// fields.js draws the inputs of Block Kit: https://docs.slack.dev/reference/block-kit/block-elements

import { el } from "./dom.js";
import { act, app, nameOf, viewer } from "./app.js";
import { textOf } from "./text.js";
import { say } from "./words.js";

const label = (object) => object?.text ?? "";
const labels = new Map(); // value -> what the app called it when it suggested it

const kinds = {
  plain_text_input: typed,
  number_input: counted,
  static_select: (e, names) => select(e, names, options(e), e.initial_option?.value),
  overflow: (e, names) => select(e, names, options(e)),
  external_select: suggested,
  users_select: (e, names) => select(e, names, people(), e.initial_user),
  conversations_select: (e, names) => select(e, names, channels(), e.initial_conversation),
  multi_static_select: (e, names) => picked("checkbox", names, options(e), valuesOf(e.initial_options)),
  multi_external_select: suggested,
  multi_users_select: (e, names) => picked("checkbox", names, people(), e.initial_users),
  multi_conversations_select: (e, names) => picked("checkbox", names, channels(), e.initial_conversations),
  radio_buttons: (e, names) => picked("radio", names, options(e), valuesOf([e.initial_option])),
  checkboxes: (e, names) => picked("checkbox", names, options(e), valuesOf(e.initial_options)),
  datepicker: (e, names) => input("date", names, e.initial_date),
  timepicker: (e, names) => input("time", names, e.initial_time),
  datetimepicker: dated,
};

// field draws an input. Its value is a property, in the words of the server: an option's value, several joined by commas.
// names are attributes of the control itself; names.id is of the field.
export function field(e, b, at, names) {
  return (kinds[e.type] ?? (() => el("span")))(e, { "data-focus": `${b.block_id} ${e.action_id}`, ...names }, b, at);
}

const optionOf = (o) => ({ value: o.value, text: label(o.text), shown: textOf(o.text), more: textOf(o.description) });
const options = (e) => (e.options ?? []).concat((e.option_groups ?? []).flatMap((g) => g.options)).map(optionOf);
const valuesOf = (list) => (list ?? []).filter(Boolean).map((o) => o.value);
const people = () => app.state.people.map((p) => ({ value: p.id, text: nameOf(p.id) }));
const channels = () => app.state.channels.map((c) => ({ value: c.id, text: `#${c.name}` }));

// valued gives a node that is made of several controls one value.
const valued = (node, get, set) => Object.defineProperty(node, "value", { get, set });

function input(type, names, initial, limits = {}) {
  const node = el("input", { type, ...limits, ...names });
  node.value = initial ?? "";
  return node;
}

function typed(e, names) {
  const limits = { minlength: e.min_length, maxlength: e.max_length ?? 3000, placeholder: label(e.placeholder) };
  if (!e.multiline) return input("text", names, e.initial_value, limits);
  const node = el("textarea", { rows: 4, ...limits, ...names });
  node.value = e.initial_value ?? "";
  return node;
}

function counted(e, names) {
  return input("number", names, e.initial_value, { min: e.min_value, max: e.max_value, step: e.is_decimal_allowed ? "any" : 1, placeholder: label(e.placeholder) });
}

const optionNode = (o) => el("option", { value: o.value }, o.text);

function select(e, names, list, initial) {
  const node = el("select", names, el("option", { value: "" }, label(e.placeholder) || say("select.choose")), list.map(optionNode));
  node.value = initial ?? "";
  return node;
}

// suggested is a choice whose options the app offers for what is typed.
function suggested(e, names, b, at) {
  const several = e.type === "multi_external_select";
  const first = (e.initial_options ?? [e.initial_option]).filter(Boolean).map(optionOf);
  const within = { id: `${names.id}-found`, "aria-label": say("select.choose") };
  const found = several ? picked("checkbox", within, first, first.map((o) => o.value)) : el("select", { ...within, hidden: !first.length }, first.map(optionNode));
  const search = el("input", { type: "search", placeholder: label(e.placeholder), autocomplete: "off", ...names });
  const note = el("p", { class: "hint", role: "status" });
  let asked = 0;
  search.addEventListener("input", async (event) => {
    event.stopPropagation();
    const mine = ++asked; // only the answer to what is typed last counts
    if ([...search.value].length < (e.min_query_length ?? 3)) return;
    const answer = await act({ do: "suggest", view: at.where.view, block: b.block_id, text: search.value });
    if (!answer || mine !== asked) return;
    const list = options(answer);
    for (const o of list) labels.set(o.value, o.text);
    note.textContent = list.length ? "" : say("select.none");
    offer(found, list);
  });
  return valued(el("div", { class: "suggested" }, search, note, found), () => found.value, (v) => {
    if (v && !several) offer(found, [{ value: v, text: labels.get(v) ?? v }]);
    if (several) offer(found, v.split(",").filter(Boolean).map((value) => ({ value, text: labels.get(value) ?? value })));
    found.value = v;
  });
}

// offer shows what can be chosen now. What is chosen of several stays among it.
function offer(found, list) {
  found.hidden = !list.length && !found.value;
  if (found.offer) return found.offer(list);
  found.size = list.length > 1 ? Math.min(list.length, 6) : 0;
  found.replaceChildren(...list.map(optionNode));
  found.value = list[0]?.value ?? "";
}

// picked is a group of radio buttons or checkboxes.
function picked(type, { id, ...names }, list, initial = []) {
  const node = el("div", { class: list.length > 6 ? "picked long" : "picked", role: type === "radio" ? "radiogroup" : "group", id, "aria-labelledby": names["aria-label"] ? null : `${id}-label`, ...names, "data-focus": null });
  const inputs = () => [...node.querySelectorAll("input")];
  const box = (o, on) => {
    const choice = el("input", { type, name: id, value: o.value, checked: on, "data-focus": `${names["data-focus"]} ${o.value}` });
    return el("label", { class: "check" }, choice, el("span", {}, o.shown ?? o.text, o.more?.length ? el("span", { class: "hint" }, o.more) : null));
  };
  node.append(...list.map((o) => box(o, initial.includes(o.value))));
  node.offer = (next) => {
    const kept = inputs().filter((i) => i.checked);
    const rest = next.filter((o) => !kept.some((i) => i.value === o.value));
    node.replaceChildren(...kept.map((i) => i.closest("label")), ...rest.map((o) => box(o, false)));
  };
  return valued(node, () => inputs().filter((i) => i.checked).map((i) => i.value).join(","), (v) => {
    for (const i of inputs()) i.checked = v.split(",").includes(i.value);
  });
}

// local writes a moment as the field does, by the clocks of the viewer's zone; moment reads it.
const local = (ms) => new Intl.DateTimeFormat("sv-SE", { timeZone: viewer().zone, dateStyle: "short", timeStyle: "short" }).format(ms).replace(" ", "T");
const offset = (ms) => Date.parse(`${local(ms)}Z`) - Math.floor(ms / 60000) * 60000;
const moment = (text) => {
  const utc = Date.parse(`${text}Z`);
  return utc - offset(utc - offset(utc));
};

// dated has Unix seconds for its value.
function dated(e, names) {
  const box = input("datetime-local", names, e.initial_date_time ? local(e.initial_date_time * 1000) : "");
  return valued(el("div", { class: "dated" }, box), () => (box.value ? String(moment(box.value) / 1000) : ""), (v) => {
    box.value = v ? local(v * 1000) : "";
  });
}
