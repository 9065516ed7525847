// feed.js draws what arrives: the entries of the ledger, and the events around the bot. The newest is on top.

import { el, byId, keyed } from "./dom.js";
import { app, draws, nameOf, redraw } from "./app.js";
import { knows, say } from "./words.js";
import { at } from "./world.js";

draws((state) => {
  for (const b of byId("feed-tabs").children) b.setAttribute("aria-pressed", String(b.dataset.feed === app.feed));
  const about = [state.lang, state.as];
  const rows = app.feed === "ledger" ? state.ledger.map((l) => ({ key: `${l.record} ${l.seq}`, data: { ...l, about } })) : happenings(state, about);
  if (!rows.length) rows.push({ key: "empty", data: { empty: say("feed.empty") } });
  keyed(byId("feed"), rows, app.feed === "ledger" ? entry : happening);
});

byId("feed-tabs").addEventListener("click", (event) => {
  if (!event.target.dataset.feed) return;
  app.feed = event.target.dataset.feed;
  redraw();
});

// happenings have no name of their own: a row is what it says, and how often that was said at that moment.
function happenings(state, about) {
  const times = {};
  return [...state.happened]
    .reverse()
    .map((h) => {
      const name = `${h.at} ${h.what} ${JSON.stringify(h.with ?? {})}`;
      times[name] = (times[name] ?? 0) + 1;
      return { key: `${name} ${times[name]}`, data: { ...h, about } };
    })
    .reverse();
}

const empty = (text) => el("li", { class: "empty" }, text);

const moment = (text) => el("time", { datetime: text }, at(new Date(text), { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }));

function entry(l) {
  if (l.empty) return empty(l.empty);
  const more = [l.until && say("feed.until", { at: at(new Date(l.until)) }), l.note && `“${l.note}”`, facts(l.facts)].filter(Boolean).join(" · ");
  return el(
    "li",
    { class: `entry s-${l.state}` },
    moment(l.at),
    el("p", {}, el("b", {}, l.verb), " → ", el("span", { class: "state" }, l.state), " ", el("span", { class: "soft" }, nameOf(l.by))),
    el("p", { class: "soft" }, [l.user, l.target].filter(Boolean).join(" → "), more && ` · ${more}`),
    el("code", { class: "hash", title: `${l.record} ${l.seq}` }, l.hash),
  );
}

// facts are what was seen or done; the digest of a card's terms tells a reader nothing.
const facts = (given) => Object.entries(given ?? {}).filter(([k]) => k !== "terms").map(([k, v]) => `${k}=${v}`).join(" ");

function happening(h) {
  if (h.empty) return empty(h.empty);
  const values = { ...h.with };
  if (values.to) values.at = at(new Date(values.to));
  if (values.hung) values.what = say(`hang.${values.hung}`);
  if (values.mood) values.mood = say(`server.${values.mood}`);
  const key = values.error && knows(`happened.${h.what}_failed`) ? `happened.${h.what}_failed` : `happened.${h.what}`;
  const often = h.times > 1 && el("span", { class: "soft" }, ` ×${h.times}`);
  return el("li", { class: values.error ? "entry failed" : "entry" }, moment(h.at), el("p", {}, say(key, values), often));
}
