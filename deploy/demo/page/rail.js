// rail.js draws the left side: the conversations with what is unread in them, and who acts.

import { el, byId, keyed } from "./dom.js";
import { app, draws, go, nameOf, token } from "./app.js";
import { say } from "./words.js";

// What has been read outlives a reload of the page, but not the server, whose messages are gone with it.
const memory = "sekisho-read";
const kept = JSON.parse(sessionStorage.getItem(memory) ?? "{}");
const read = new Map(kept.token === token ? kept.read : []); // "person place" -> the ts of the newest message seen

// placeKey names a place as the address does.
export const placeKey = (place) => (place.app ? "app" : place.id);

// placeName is what a place is called.
export const placeName = (place) => (place.app ? "Sekisho" : `#${place.name}`);

draws((state) => {
  for (const place of state.places) {
    if (placeKey(place) === app.place && place.messages.length && !document.hidden) see(`${state.as} ${app.place}`, place.messages.at(-1).ts);
  }
  const rows = state.places.map((place) => ({
    key: placeKey(place),
    data: { place: placeKey(place), name: placeName(place), ...unread(state, place), open: placeKey(place) === app.place, lang: state.lang },
  }));
  keyed(byId("channels"), rows.filter((r) => r.key !== "app"), row);
  keyed(byId("dms"), rows.filter((r) => r.key === "app"), row);
  const people = state.people.map((p, i) => ({
    key: p.id,
    data: { ...p, i, shown: nameOf(p.id), role: say(`role.${p.id}`), chosen: p.id === app.as },
  }));
  keyed(byId("people"), people, someone);
});

function see(where, ts) {
  if (read.get(where) === ts) return;
  read.set(where, ts);
  sessionStorage.setItem(memory, JSON.stringify({ token, read: [...read] }));
}

// unread is how many messages are new to who acts, and whether one is for them: it names them, or it is a direct message.
function unread(state, place) {
  const since = read.get(`${state.as} ${placeKey(place)}`) ?? "";
  const fresh = place.messages.filter((m) => m.ts > since && m.user !== state.as);
  const names = [`<@${state.as}>`, "<!here>", "<!channel>", ...state.groups.filter((g) => g.mine).map((g) => `<!subteam^${g.id}`)];
  const isFor = (m) => m.only || names.some((name) => `${m.text} ${JSON.stringify(m.blocks ?? "")}`.includes(name));
  return { unread: fresh.length, named: fresh.length > 0 && (Boolean(place.app) || fresh.some(isFor)) };
}

function row({ place, name, unread: n, named, open }) {
  const spoken = say(named ? "rail.mentioned" : "rail.unread", { n });
  const badge = n > 0 && [named && el("span", { class: "at", "aria-hidden": "true" }, "@"), el("span", { class: named ? "badge named" : "badge", "aria-hidden": "true" }, String(n)), el("span", { class: "sr" }, spoken)];
  const pick = () => go({ place, thread: null, home: false, tab: "chat" });
  return el(
    "li",
    {},
    el("button", { type: "button", class: n ? "unread" : "", "aria-current": open ? "page" : null, "data-focus": "open", on: { click: pick } }, el("span", {}, name), badge),
  );
}

// avatar is a person's sign: a colour and the first letter.
export function avatar(id) {
  const i = app.state.people.findIndex((p) => p.id === id);
  const face = i < 0 ? "app" : `p${i}`;
  return el("span", { class: `avatar ${face}`, "aria-hidden": "true" }, i < 0 ? "関" : [...nameOf(id)][0]);
}

function someone({ id, shown, role, chosen, guest }) {
  const box = el("input", { type: "radio", name: "acting", value: id, "data-focus": "radio", on: { change: () => become(id) } });
  box.checked = chosen;
  const title = el("span", { class: "who" }, shown, guest && el("span", { class: "tag" }, say("role.U0PARK")));
  return el("label", { class: chosen ? "someone chosen" : "someone", "data-tour": id }, box, avatar(id), el("span", {}, title, !guest && el("span", { class: "role" }, role)));
}

// become has somebody else act. A place they are not in is left.
function become(id) {
  go({ as: id, thread: null });
  document.dispatchEvent(new CustomEvent("become"));
}
