// Mistakes that the compiler has to find: it complains of a line that is expected to be wrong and is not.

import type { Home, Message, Modal, Suggestions } from "./payloads";

// @ts-expect-error: a key that Slack does not know
export const key: Message = { text: "", blocks: [{ type: "section", text: { type: "plain_text", text: "x", verbatim: true } }] };
// @ts-expect-error: a block that Slack does not know
export const block: Message = { text: "", blocks: [{ type: "sections", text: { type: "plain_text", text: "x" } }] };
// @ts-expect-error: markup in a header
export const header: Message = { text: "", blocks: [{ type: "header", text: { type: "mrkdwn", text: "x" } }] };
// @ts-expect-error: a style that no button has
export const style: Home = { type: "home", blocks: [{ type: "actions", elements: [{ type: "button", text: { type: "plain_text", text: "x" }, style: "default" }] }] };
// @ts-expect-error: a number as text
export const value: Home = { type: "home", blocks: [{ type: "actions", elements: [{ type: "button", text: { type: "plain_text", text: "x" }, value: 1 }] }] };
// @ts-expect-error: a button as a field of a form
export const field: Modal = { type: "modal", title: { type: "plain_text", text: "x" }, blocks: [{ type: "input", label: { type: "plain_text", text: "x" }, element: { type: "button", text: { type: "plain_text", text: "x" } } }] };
// @ts-expect-error: a field without a label
export const label: Modal = { type: "modal", title: { type: "plain_text", text: "x" }, blocks: [{ type: "input", element: { type: "plain_text_input" } }] };
// @ts-expect-error: a form without a title
export const title: Modal = { type: "modal", blocks: [{ type: "divider" }] };
// @ts-expect-error: an option that is null
export const option: Suggestions = { options: [null] };
