// text.js draws Slack's texts: plain_text as it is, mrkdwn by the part of it that apps use.
// https://docs.slack.dev/messaging/formatting-message-text

import { el } from "./dom.js";
import { app, go, nameOf, now, personOf, placeOf, viewer } from "./app.js";
import { say } from "./words.js";

// textOf draws a text object.
export function textOf(object) {
  if (!object) return [];
  return object.type === "mrkdwn" ? mrkdwn(object.text) : lines(object.text);
}

function lines(text) {
  return text.split("\n").flatMap((line, i) => (i ? [el("br"), line] : [line]));
}

const unescape = (text) => text.replace(/&(lt|gt|amp);/g, (_, name) => ({ lt: "<", gt: ">", amp: "&" })[name]);

const marks = { "*": "strong", _: "em", "~": "s" };
// Emphasis begins and ends at the edge of a word; in code and tags nothing is markup.
const pieces =
  /```([^]+?)```|`([^`\n]+)`|<([^<>]+)>|(?<![\p{L}\p{N}])([*_~])(?=\S)([^\n]*?\S)\4(?![\p{L}\p{N}])|\n/gu;

// mrkdwn draws a text with markup as a list of nodes.
export function mrkdwn(text) {
  const out = [];
  let from = 0;
  for (const piece of text.matchAll(pieces)) {
    const [whole, block, code, tag, mark, inner] = piece;
    if (piece.index > from) out.push(unescape(text.slice(from, piece.index)));
    from = piece.index + whole.length;
    if (block) out.push(el("pre", {}, unescape(block)));
    else if (code) out.push(el("code", {}, unescape(code)));
    else if (tag) out.push(tagged(tag));
    else if (mark) out.push(el(marks[mark], {}, mrkdwn(inner)));
    else out.push(el("br"));
  }
  if (from < text.length) out.push(unescape(text.slice(from)));
  return out;
}

// tagged draws what stands in angle brackets.
function tagged(tag) {
  const bar = tag.indexOf("|");
  const target = bar < 0 ? tag : tag.slice(0, bar);
  const label = bar < 0 ? "" : unescape(tag.slice(bar + 1));
  if (target.startsWith("@")) return mention(target.slice(1));
  if (target.startsWith("!date^")) return dated(target, label);
  if (target.startsWith("!subteam^")) return groupMention(target.slice(9));
  if (target.startsWith("!")) return el("span", { class: "mention me" }, `@${target.slice(1)}`);
  if (target.startsWith("#")) return channelMention(target.slice(1));
  const message = target.match(/\/archives\/(\w+)\/p\d+$/); // of this Slack
  if (message && placeOf(message[1])) return placeLink(message[1], label);
  if (/^https?:\/\//.test(target)) {
    return el("a", { href: unescape(target), rel: "noreferrer noopener", target: "_blank" }, label || unescape(target));
  }
  return label || unescape(target);
}

export function mention(id) {
  return el("span", { class: id === app.as ? "mention me" : "mention", title: personOf(id)?.name }, `@${nameOf(id)}`);
}

export function groupMention(id) {
  const group = app.state.groups.find((g) => g.id === id);
  return el("span", { class: "mention" }, `@${group?.handle ?? id}`);
}

// channelMention leads to the channel, if who reads it is in there.
export function channelMention(id) {
  const channel = app.state.channels.find((c) => c.id === id);
  const name = `#${channel?.name ?? id}`;
  if (!placeOf(id)) return el("span", { class: "mention" }, name);
  return placeLink(id, name);
}

const placeLink = (id, text) => el("button", { type: "button", class: "mention", "data-focus": id, on: { click: () => go({ place: id, home: false, thread: null }) } }, text);

// dated draws <!date^unix^format|fallback> in the viewer's zone and language.
function dated(target, fallback) {
  const [, unix, format] = target.split("^");
  const at = new Date(Number(unix) * 1000);
  if (!format || Number.isNaN(at.getTime())) return fallback;
  const text = format.replace(/\{(\w+)\}/g, (whole, name) => part(name, at) ?? whole);
  return el("time", { datetime: at.toISOString(), title: fallback }, text.replace(/^./, (c) => c.toUpperCase())); // as Slack does
}

// part is one {name} of a date's format.
// https://docs.slack.dev/messaging/formatting-message-text#date-formatting
function part(name, at) {
  const long = { year: "numeric", month: "long", day: "numeric" };
  const short = { year: "numeric", month: "short", day: "numeric" };
  switch (name) {
    case "date_num":
      return inZone(at, { year: "numeric", month: "2-digit", day: "2-digit" }, "sv-SE");
    case "date_long":
    case "date_long_pretty":
      return pretty(name, at) ?? inZone(at, { ...long, weekday: "long" });
    case "date_short":
    case "date_short_pretty":
      return pretty(name, at) ?? inZone(at, short);
    case "date":
    case "date_pretty":
      return pretty(name, at) ?? inZone(at, long);
    case "time":
      return clockTime(at);
    case "time_secs":
      return inZone(at, { hour: "numeric", minute: "2-digit", second: "2-digit" });
  }
  return undefined;
}

// pretty is a day that is near by its name.
function pretty(name, at) {
  if (!name.endsWith("_pretty")) return undefined;
  const days = Math.round((midnight(at) - midnight(now())) / 86400000);
  const word = { "-1": "yesterday", 0: "today", 1: "tomorrow" }[days];
  return word && new Intl.RelativeTimeFormat(viewer().locale, { numeric: "auto" }).format(days, "day");
}

// midnight is the number of a day in the viewer's zone, in milliseconds.
const midnight = (at) => Date.parse(inZone(at, { year: "numeric", month: "2-digit", day: "2-digit" }, "sv-SE"));

function inZone(at, options, locale = viewer().locale) {
  return new Intl.DateTimeFormat(locale, { timeZone: viewer().zone, ...options }).format(at);
}

export const clockTime = (at) => inZone(at, { hour: "numeric", minute: "2-digit" });

// dayOf names a day as a divider does.
export function dayOf(at) {
  const days = Math.round((midnight(at) - midnight(now())) / 86400000);
  const word = { "-1": "yesterday", 0: "today", 1: "tomorrow" }[days];
  return word ? say(word) : inZone(at, { weekday: "long", month: "long", day: "numeric" });
}
