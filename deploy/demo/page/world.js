// world.js draws the right side: the clock, what can be broken, who signs in, and AWS as it is in truth.

import { el, byId, keyed, pointAt } from "./dom.js";
import { act, app, busily, draws, now, redraw, toast, viewer } from "./app.js";
import { say } from "./words.js";

// at writes a moment of the demo's clock in the viewer's zone, as short as it can be understood.
export function at(date, options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }) {
  return new Intl.DateTimeFormat(app.state.lang, { timeZone: viewer().zone, ...options }).format(date);
}

const longTime = { weekday: "short", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZoneName: "short" };

export const tick = () => {
  byId("clock").textContent = at(now(), longTime);
};

draws((state) => {
  tick();
  const end = state.nextTurn ? at(new Date(state.nextTurn)) : "";
  const skips = ["15m", "1h", "end"].map((name) => ({ key: name, data: { name, end: name === "end" ? end : "", lang: state.lang } }));
  keyed(byId("skips"), skips, skip);
  keyed(
    byId("switches"),
    ["bot", "iam", "slack"].map((name) => ({ key: name, data: lever(state, name) })),
    drawLever,
  );
  const joinable = logins(state, (a, u) => !a.groups.some((g) => g.members.includes(u.name)));
  joinable.sort((a, b) => isNobodys(b.key) - isNobodys(a.key)); // whom no access can explain comes first
  keyed(byId("join-user"), joinable, (l) => el("option", { value: l.value }, l.text));
  keyed(byId("signin-user"), logins(state), (l) => el("option", { value: l.value }, l.text));
  keyed(byId("signin-from"), addresses.map(([name, ip]) => ({ key: ip, data: { name, ip, lang: state.lang } })), ({ name, ip }) => el("option", { value: ip }, `${say(`from.${name}`)} · ${ip}`));
  keyed(byId("signin-mfa"), ["yes", "no", ""].map((mfa) => ({ key: mfa || "unknown", data: { mfa, lang: state.lang } })), ({ mfa }) => el("option", { value: mfa }, say(`mfa.${mfa || "unknown"}`)));
  keyed(byId("accounts"), state.cloud.map((a) => ({ key: a.id, data: seen(a, state.lang) })), account);
});

// Addresses of RFC 5737 and RFC 3849, which belong to nobody.
const addresses = [
  ["office", "203.0.113.24"],
  ["home", "198.51.100.7"],
  ["abroad", "2001:db8:5a::17"],
];

function skip({ name, end }) {
  const text = say(`clock.${name}`);
  const off = name === "end" && !end;
  const go = (event) => busily(event.currentTarget, () => act({ do: "skip", name }));
  return el("button", { type: "button", disabled: off, title: off ? say("clock.no_end") : null, "data-focus": name, "data-tour": `clock-${name}`, on: { click: go } }, text, end && el("span", { class: "soft" }, ` ${end}`));
}

// lever is how a part of the world is, and what its button would do.
function lever(state, name) {
  const lang = state.lang;
  if (name === "bot") {
    const dead = state.bot === "dead";
    return { name, lang, well: state.bot === "works", bad: dead, status: `bot.${state.bot}`, verb: dead ? "bot.start" : "bot.kill", action: { do: dead ? "start" : "kill" } };
  }
  const down = state.down.includes(name);
  const hangs = name === "iam" && ["aws", "iam"].includes(state.hung);
  return { name, lang, well: !down && !hangs, bad: down || hangs, status: hangs ? "service.hangs" : down ? "service.down" : "service.up", verb: down ? "service.mend" : "service.break", action: { do: "fault", name, on: !down } };
}

function drawLever({ name, well, bad, status, verb, action }) {
  const pull = (event) => busily(event.currentTarget, () => act(action));
  const state = well ? "well" : bad ? "bad" : "busy";
  return el(
    "div",
    { class: `lever ${state}` },
    el("span", { class: "dot", "aria-hidden": "true" }),
    el("span", {}, el("b", {}, say(`switch.${name}`)), el("span", { class: "status" }, say(status))),
    el("button", { type: "button", "data-focus": "pull", "aria-label": `${say(`switch.${name}`)}: ${say(verb)}`, on: { click: pull } }, say(verb)),
  );
}

const isNobodys = (name) => name.endsWith("legacy-batch");

function logins(state, fits = () => true) {
  return state.cloud.flatMap((a) =>
    a.users.filter((u) => fits(a, u)).map((u) => {
      const key = isNobodys(u.name) ? "signin.option_nobody" : "signin.option";
      return { key: `${a.id} ${u.name}`, data: { value: `${a.id} ${u.name}`, text: say(key, { user: u.name, account: a.name }) } };
    }),
  );
}

const freshFor = 9000; // milliseconds for which a change is marked
const before = new Map(); // what a thing was, and when it became so

// changed tells whether a thing became what it is just now.
function changed(key, value) {
  const was = before.get(key);
  if (!was || was.value !== value) {
    before.set(key, { value, at: was ? Date.now() : 0 });
    if (was) setTimeout(redraw, freshFor + 50);
  }
  return Date.now() - before.get(key).at < freshFor;
}

const gone = new Map(); // "account group" -> members who have left, and when

// seen is an account with what has changed just now.
function seen(a, lang) {
  const groups = a.groups.map((g) => {
    const key = `${a.id} ${g.name}`;
    const marked = changed(key, g.members.join(" "));
    const left = gone.get(key) ?? { members: g.members, left: [] };
    const leaving = left.members.filter((m) => !g.members.includes(m));
    if (leaving.length) left.left = leaving;
    if (!marked) left.left = [];
    gone.set(key, { members: g.members, left: left.left.filter((m) => !g.members.includes(m)) });
    return { ...g, marked, left: gone.get(key).left };
  });
  const users = a.users.map((u) => {
    const active = u.keys.filter((k) => k.Active).length;
    return { name: u.name, password: u.password, active, tag: u.tag, marked: changed(`${a.id} ${u.name}`, `${u.password} ${active} ${u.tag ?? ""}`) };
  });
  const keys = (a.keys ?? []).map((k) => ({ name: k.ID, ...used(a, k), marked: changed(`${a.id} ${k.ID}`, JSON.stringify(used(a, k))) }));
  return { id: a.id, name: a.name, groups, users, keys: [...keys, ...buried(a)], lang };
}

// used is how a key is, which secrets have it, and which servers use it.
function used(a, { ID, Active }) {
  const stored = a.secrets.flatMap((s) => [s.current === ID && `${s.name} AWSCURRENT`, s.previous === ID && `${s.name} AWSPREVIOUS`]);
  const servers = a.servers.filter((s) => s.key === ID).map((s) => (s.mood === "well" ? s.id : `${s.id} (${say(`server.${s.mood}`)})`));
  const refused = !Active && servers.length > 0 && say("aws.refused");
  return { facts: say(Active ? "aws.key_on" : "aws.key_off"), more: [...stored, servers.join(say("comma")), refused].filter(Boolean) };
}

// buried are the secrets that are to be deleted.
const buried = (a) => (a.secrets ?? []).filter((s) => s.deletes).map((s) => ({ name: s.name, facts: say("aws.deletes"), marked: changed(`${a.id} ${s.name}`, "deletes") }));

const justNow = () => el("span", { class: "sr" }, ` (${say("just_now")})`);

function account({ id, name, groups, users, keys }) {
  return el(
    "section",
    { class: "account" },
    el("h3", {}, name, " ", el("code", {}, id)),
    groups.map((g) =>
      el(
        "div",
        { class: g.marked ? "group fresh" : "group" },
        el("p", { class: "group-name" }, el("span", { class: "soft" }, say("aws.group")), " ", el("code", {}, g.name)),
        el(
          "p",
          { class: "members" },
          g.members.map((m) => el("span", { class: "chip in" }, m)),
          g.left.map((m) => el("s", { class: "chip out" }, m)),
          !g.members.length && !g.left.length && el("span", { class: "soft" }, say("aws.nobody")),
          g.marked && justNow(),
        ),
      ),
    ),
    el("ul", { class: "users", "aria-label": say("aws.users") }, users.map(user)),
    keys.length > 0 && [el("h4", {}, say("aws.rotated")), el("ul", { class: "users", "aria-label": say("aws.rotated") }, keys.map(thing))],
  );
}

const thing = ({ name, facts, more = [], marked }) =>
  el("li", { class: marked ? "fresh" : "" }, el("code", {}, name), el("span", { class: "soft" }, facts), more.map((m) => el("span", { class: "soft whole" }, m)), marked && justNow());

function user({ name, password, active, tag, marked }) {
  const facts = `${say(password ? "aws.password" : "aws.no_password")}${say("comma")}${say(active === 1 ? "aws.key" : "aws.keys", { n: active })}`;
  return thing({ name, facts, more: tag ? [say("aws.tag", { id: tag })] : [], marked });
}

byId("signin").addEventListener("submit", async (event) => {
  event.preventDefault();
  const [accountID, name] = byId("signin-user").value.split(" ");
  const ask = { do: "signin", account: accountID, user: name, address: byId("signin-from").value, mfa: byId("signin-mfa").value };
  await busily(event.submitter, async () => {
    if (!(await act(ask))) return;
    toast(say("signin.done", { user: name }), "good");
    pointAt(document.querySelector('#tabs [data-tab="chat"]')); // a narrow window does not show Slack beside it
  });
});

byId("join").addEventListener("submit", async (event) => {
  event.preventDefault();
  const [accountID, name] = byId("join-user").value.split(" ");
  await busily(event.submitter, async () => {
    if (await act({ do: "join", account: accountID, user: name })) toast(say("join.done", { user: name }), "good");
  });
});

byId("audit").addEventListener("submit", async (event) => {
  event.preventDefault();
  await busily(event.submitter, async () => {
    if (await act({ do: "audit" })) toast(say("audit.done"), "good");
  });
});

byId("program").addEventListener("submit", async (event) => {
  event.preventDefault();
  await busily(event.submitter, async () => {
    if (await act({ do: "program" })) toast(say("program.done"), "good");
  });
});

byId("record").addEventListener("submit", async (event) => {
  event.preventDefault();
  const box = byId("record-text");
  await busily(event.submitter, async () => {
    if (await act({ do: "record", text: box.value })) box.value = "";
  });
});
