// chat.js draws the middle: a conversation, a thread beside it, and where one writes.

import { el, byId, keyed } from "./dom.js";
import { act, app, draws, go, nameOf, placeOf } from "./app.js";
import { blocks, keptBlocks } from "./blocks.js";
import { avatar, placeName } from "./rail.js";
import { clockTime, dayOf, mrkdwn } from "./text.js";
import { say } from "./words.js";

draws((state) => {
  let place = placeOf(app.place);
  if (!place) {
    app.place = "C0APPROVALS";
    place = placeOf(app.place);
  }
  const home = place.app && app.home;
  byId("place").textContent = placeName(place);
  byId("place-about").textContent = place.app ? say("place.app") : say("place.members", { n: place.members });
  byId("place-tabs").hidden = !place.app;
  for (const b of byId("place-tabs").children) b.setAttribute("aria-pressed", String((b.dataset.view === "home") === home));
  byId("messages").hidden = home;
  byId("home").hidden = !home;
  byId("composer").hidden = home;
  drawMessages(byId("messages"), place, place.messages, `${app.as} ${app.place}`, true);
  drawHome(home, state);
  drawThread(place);
  drawBanners(state);
  announce(state, place);
});

// drawMessages draws messages with the days between them, and stays at the end if that is what was looked at.
function drawMessages(list, place, messages, what, top) {
  const moved = list.dataset.what !== what;
  const atEnd = moved || list.scrollHeight - list.scrollTop - list.clientHeight < 80;
  list.dataset.what = what;
  const about = [app.state.lang, app.as, dayOf(new Date())]; // a date is drawn for its reader
  const items = [];
  let day = "";
  for (const m of messages) {
    const on = dayOf(new Date(Number(m.ts) * 1000));
    if (top && on !== day) items.push({ key: `day ${on}`, data: { day: on } });
    day = on;
    const { replies, ...own } = m;
    const summary = top && replies ? [replies.length, replies.at(-1).ts] : null;
    items.push({ key: m.ts, data: { ...own, summary, about, open: app.thread === m.ts, channel: place.id, top } });
  }
  if (!messages.length) items.push({ key: "empty", data: { empty: say(app.place === "C0APPROVALS" ? "place.empty_approvals" : "place.empty") } });
  keyed(list, items, item);
  if (atEnd) list.scrollTop = list.scrollHeight;
}

// A list that becomes smaller stays at its end too.
for (const list of document.querySelectorAll(".messages")) {
  let atEnd = true;
  list.addEventListener("scroll", () => (atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80));
  new ResizeObserver(() => atEnd && (list.scrollTop = list.scrollHeight)).observe(list);
}

function item(data) {
  if (data.day) return el("li", { class: "day" }, el("span", {}, data.day));
  if (data.empty) return el("li", { class: "empty" }, data.empty);
  return message(data);
}

function message(m) {
  const body = m.blocks?.length ? blocks(m.blocks, { where: { channel: m.channel, ts: m.ts } }) : [el("p", {}, mrkdwn(m.text))];
  const at = new Date(Number(m.ts) * 1000);
  const isApp = m.user === "U0BOT";
  return el(
    "li",
    { class: m.only ? "message only" : "message", tabindex: "-1" },
    m.only && el("p", { class: "only-note" }, say("message.only")),
    avatar(m.user),
    el(
      "div",
      { class: "said" },
      el("p", { class: "head" }, el("b", {}, nameOf(m.user)), isApp && el("span", { class: "tag" }, say("app")), el("time", { datetime: at.toISOString() }, clockTime(at))),
      el("div", { class: m.blocks?.length ? "card" : "plain" }, body),
      m.edited && !m.blocks?.length ? el("span", { class: "edited" }, say("message.edited")) : null,
      m.summary && replies(m),
    ),
  );
}

function replies({ ts, summary: [n, newest], open }) {
  const text = n === 1 ? say("message.reply") : say("message.replies", { n });
  const toggle = () => go({ thread: open ? null : ts });
  return el(
    "button",
    { type: "button", class: "replies", "aria-expanded": String(open), "data-focus": "replies", on: { click: toggle } },
    el("b", {}, text),
    el("span", {}, clockTime(new Date(Number(newest) * 1000))),
  );
}

// drawHome draws what the app has published for who acts, or says that it has not.
function drawHome(open, { home, lang }) {
  const node = byId("home");
  if (!open) node.replaceChildren();
  else if (home) keptBlocks(node, home.blocks, { where: { view: home.id } });
  else keyed(node, [{ key: "none", data: lang }], () => el("p", { class: "empty" }, say("home.unpublished")));
}

function drawThread(place) {
  const first = place.messages.find((m) => m.ts === app.thread);
  byId("thread").hidden = !first;
  if (!first) return;
  const { replies = [], ...root } = first;
  const short = { ...root, blocks: root.blocks?.slice(0, 1) }; // it reads well alone, and the whole stands beside it
  drawMessages(byId("replies"), place, [short, ...replies], `${app.as} ${first.ts}`, false);
}

function drawBanners(state) {
  const names = [app.lost && "lost", state.down.includes("slack") && "slack", state.bot !== "works" && state.bot].filter(Boolean);
  keyed(byId("banners"), names.map((name) => ({ key: name, data: [name, state.lang] })), ([name]) => el("p", { class: `banner ${name}` }, say(`banner.${name}`)));
}

let heard = { where: "", texts: new Map() }; // what could be read last, and by whom

// announce tells a screen reader of what is new or has changed: the text that stands for it in a notification.
function announce(state, place) {
  const where = `${state.as} ${app.place} ${state.lang}`;
  const texts = new Map();
  const news = [];
  for (const m of place.messages.flatMap((x) => [x, ...(x.replies ?? [])])) {
    texts.set(m.ts, m.text);
    if (heard.where === where && heard.texts.get(m.ts) !== m.text && m.user !== state.as) news.push(m);
  }
  heard = { where, texts };
  if (!news.length) return;
  const line = (m) => `${m.only ? `${say("message.only")}: ` : ""}${nameOf(m.user)}: ${bare(m.text)}`;
  byId("news").textContent = news.map(line).join(" ");
}

// bare is a text without its markup.
const bare = (text) => el("p", {}, mrkdwn(text)).textContent;

byId("thread-close").addEventListener("click", () => {
  const from = `#messages [data-key="${app.thread}"] .replies`;
  go({ thread: null });
  (document.querySelector(from) ?? byId("messages")).focus();
});

// openHome tells the app that somebody looks at its Home tab, as Slack does each time.
const openHome = () => app.home && placeOf(app.place)?.app && act({ do: "home" });

byId("place-tabs").addEventListener("click", async (event) => {
  const view = event.target.dataset.view;
  if (!view) return;
  go({ home: view === "home" });
  await openHome();
});

document.addEventListener("become", openHome); // somebody else looks at it now
