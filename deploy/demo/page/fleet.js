// fleet.js draws what can be done to the keys that servers use: a server can misbehave, a key can be switched off by hand,
// and somebody can try to read a secret.

import { el, byId, keyed } from "./dom.js";
import { act, busily, draws, toast } from "./app.js";
import { say } from "./words.js";

const moods = ["well", "silent", "fails", "wrong", "stale"];

draws((state) => {
  const lang = state.lang;
  const of = (list) => state.cloud.flatMap((a) => (a[list] ?? []).map((one) => ({ ...one, account: a })));
  keyed(byId("machines"), of("servers").map(({ id, mood }) => ({ key: id, data: { id, mood, lang } })), machine);
  keyed(byId("keys"), of("keys").map(({ ID, Active }) => ({ key: ID, data: { id: ID, on: Active, lang } })), key);
  const readers = state.cloud.filter((a) => a.secrets).flatMap((a) => a.users.map((u) => ({ key: u.name, data: [`${a.id} ${u.name}`, u.name] })));
  keyed(byId("read-user"), readers, option);
  keyed(byId("read-secret"), of("secrets").reverse().map((s) => ({ key: s.name, data: [s.name, s.name] })), option); // the newest first
});

const option = ([value, text]) => el("option", { value }, text);

function machine({ id, mood }) {
  const box = el("select", { "aria-label": id, "data-focus": "mood" }, moods.map((m) => el("option", { value: m, selected: m === mood }, say(`server.${m}`))));
  box.addEventListener("change", async () => {
    if (!(await act({ do: "server", name: id, value: box.value }))) box.value = mood;
    else if (box.value === "silent") toast(say("fleet.silent", { server: id }), "good");
  });
  return el("li", {}, el("code", {}, id), box);
}

function key({ id, on }) {
  const verb = say(on ? "fleet.off" : "fleet.on");
  const turn = (event) =>
    busily(event.currentTarget, async () => {
      if (await act({ do: "key", name: id, on: !on })) toast(say("fleet.turned"), "good");
    });
  return el("li", {}, el("code", {}, id), el("button", { type: "button", "data-focus": "turn", "aria-label": `${id}: ${verb}`, on: { click: turn } }, verb));
}

byId("read-open").addEventListener("click", async (event) => {
  const [account] = byId("read-user").value.split(" ");
  const name = byId("read-secret").value;
  await busily(event.currentTarget, async () => {
    if (await act({ do: "open", account, name })) toast(say("read.opened", { secret: name }), "good");
  });
});

byId("read").addEventListener("submit", async (event) => {
  event.preventDefault();
  const [account, user] = byId("read-user").value.split(" ");
  const name = byId("read-secret").value;
  await busily(event.submitter, async () => {
    const answer = await act({ do: "read", account, user, name });
    if (!answer) return;
    byId("read-answer").textContent = answer;
    byId("read-answer").scrollIntoView({ block: "nearest" });
  });
});
