// blocks.js draws Block Kit: https://docs.slack.dev/reference/block-kit/blocks

import { el, keyed } from "./dom.js";
import { act, app, busily, nameOf } from "./app.js";
import { confirmed } from "./confirm.js";
import { field } from "./fields.js";
import { language, say } from "./words.js";
import { channelMention, groupMention, mention, textOf } from "./text.js";

const drawings = {
  header: (b) => el("h3", { class: "b-header" }, textOf(b.text)),
  divider: () => el("hr"),
  section,
  context: (b) => el("p", { class: "b-context" }, b.elements.map((e) => el("span", {}, small(e)))),
  actions: (b, at) => el("div", { class: "b-actions" }, b.elements.map((e) => element(e, b, at))),
  image: (b) => el("p", { class: "b-image" }, `(${b.alt_text})`), // the page loads nothing from elsewhere
  input,
  rich_text: (b) => el("div", { class: "b-rich" }, b.elements.map(rich)),
};

// blocks draws a list of blocks. Where they stand goes with every press: {channel, ts} or {view}.
export function blocks(list, at) {
  return list.map((b) => drawings[b.type]?.(b, at)).filter(Boolean);
}

// keptBlocks draws the blocks of a view into a parent. A block that is as before is left alone, with what is typed in it.
export function keptBlocks(parent, list, at) {
  const about = [at.where.view, app.as, language()];
  keyed(parent, list.map((b) => ({ key: b.block_id, data: { b, about } })), ({ b }) => drawings[b.type]?.(b, at) ?? el("span"));
}

const small = (e) => (e.type === "image" ? `(${e.alt_text})` : textOf(e));

function section(b, at) {
  return el(
    "div",
    { class: "b-section" },
    el(
      "div",
      { class: "b-text" },
      b.text && el("p", {}, textOf(b.text)),
      b.fields && el("div", { class: "b-fields" }, b.fields.map((f) => el("p", {}, textOf(f)))),
    ),
    b.accessory && element(b.accessory, b, at),
  );
}

// input is a field of a form, with a place for what is to be said against it.
function input(b, at) {
  const id = `field-${b.block_id}`;
  const control = field(b.element, b, at, { id, "aria-describedby": `${id}-hint ${id}-error` });
  control.classList.add("control");
  if (b.dispatch_action) dispatch(control, b, at);
  return el(
    "div",
    { class: "b-input", "data-input": b.block_id, "data-element": `${b.element.action_id} ${b.element.type}` },
    el("label", { for: id, id: `${id}-label` }, textOf(b.label), b.optional && el("span", { class: "optional" }, " ", say("modal.optional"))),
    control,
    b.hint && el("p", { class: "hint", id: `${id}-hint` }, textOf(b.hint)),
    el("p", { class: "error", id: `${id}-error`, role: "alert" }),
  );
}

// dispatch has the app told of a choice in a form at once, and of a text when it is entered.
function dispatch(control, b, at) {
  const tell = () => act({ do: "click", ...at.where, block: b.block_id, action: b.element.action_id, value: control.value });
  const isText = b.element.type === "plain_text_input" || b.element.type === "number_input";
  const letters = b.element.dispatch_action_config?.trigger_actions_on?.includes("on_character_entered");
  if (!isText) control.addEventListener("change", tell);
  else if (letters) control.addEventListener("input", tell);
  else {
    control.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing || control.tagName === "TEXTAREA") return;
      event.preventDefault();
      tell();
    });
  }
}

// element draws what can be used in a message or view at once.
function element(e, b, at) {
  if (e.type === "image") return el("span", { class: "b-image" }, `(${e.alt_text})`);
  const use = async (value) => {
    if (e.confirm && !(await confirmed(e.confirm))) return false;
    return Boolean(await act({ do: "click", ...at.where, block: b.block_id, action: e.action_id, value, confirmed: Boolean(e.confirm) }));
  };
  if (e.type === "button") {
    const press = (event) => busily(event.currentTarget, () => use(""));
    const props = { type: "button", class: e.style ?? "", "data-focus": `${b.block_id} ${e.action_id}`, on: { click: press } };
    return el("button", { ...props, "aria-label": e.accessibility_label }, textOf(e.text));
  }
  const control = field(e, b, at, { id: `${b.block_id}-${e.action_id}`, "aria-label": e.placeholder?.text ?? say("select.more") });
  let chosen = control.value;
  control.addEventListener("change", async () => {
    const done = await use(control.value);
    if (done && e.type !== "overflow") chosen = control.value;
    else control.value = chosen;
  });
  return control;
}

// rich draws a part of rich text.
// https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
function rich(part) {
  switch (part.type) {
    case "rich_text_list":
      return el(part.style === "ordered" ? "ol" : "ul", {}, part.elements.map((s) => el("li", {}, s.elements.map(leaf))));
    case "rich_text_quote":
      return el("blockquote", {}, part.elements.map(leaf));
    case "rich_text_preformatted":
      return el("pre", {}, part.elements.map(leaf));
  }
  return el("p", {}, part.elements.map(leaf));
}

const styles = { bold: "strong", italic: "em", strike: "s", code: "code" };

function leaf(e) {
  let node = leafText(e);
  for (const [style, tag] of Object.entries(styles)) if (e.style?.[style]) node = el(tag, {}, node);
  return node;
}

function leafText(e) {
  switch (e.type) {
    case "user":
      return mention(e.user_id);
    case "usergroup":
      return groupMention(e.usergroup_id);
    case "channel":
      return channelMention(e.channel_id);
    case "emoji":
      return `:${e.name}:`;
    case "broadcast":
      return `@${e.range}`;
    case "link":
      return `${e.text ?? ""} (${e.url})`;
    case "date":
      return e.fallback ?? new Date(e.timestamp * 1000).toLocaleString();
  }
  return e.text ?? e.value ?? nameOf(e.user_id ?? "");
}
