// iam.js draws what can be done to AWS by hand: what takes calls and never answers, other names, and the tag that says whose a
// user is.

import { el, byId, keyed } from "./dom.js";
import { act, busily, draws, toast } from "./app.js";
import { say } from "./words.js";

const hangs = ["none", "aws", "iam", "secretsmanager", "ssm"];

draws((state) => {
  const { lang } = state;
  const option = ([value, text]) => el("option", { value }, text);
  keyed(byId("hang"), hangs.map((name) => ({ key: name, data: [name, say(`hang.${name}`), lang] })), option);
  byId("hang").value = state.hung || "none";
  byId("hang-box").classList.toggle("bad", Boolean(state.hung));
  const named = (account, name, key) => [`${account.id} ${name}`, say(key, { name, account: account.name })];
  const users = state.cloud.flatMap((a) => a.users.map((u) => named(a, u.name, "rename.user")));
  const programs = state.cloud.flatMap((a) => (a.rotated ?? []).map((name) => named(a, name, "rename.user")));
  const groups = state.cloud.flatMap((a) => a.groups.map((g) => named(a, g.name, "rename.group")));
  const row = (kind) => ([value, text]) => ({ key: `${kind} ${value}`, data: [`${kind} ${value}`, text] });
  keyed(byId("rename-what"), [...[...users, ...programs].map(row("user")), ...groups.map(row("group"))], option);
  keyed(byId("tag-user"), users.map(([value, text]) => ({ key: value, data: [value, text] })), option);
  const names = state.taggable.map((p) => ({ key: p.id, data: [p.id, taggable(p)] }));
  keyed(byId("tag-names"), [...names, { key: "none", data: ["", say("tag.none")] }], option);
});

// taggable is a Slack account in a list, with what keeps it from being somebody.
function taggable({ real, guest, left, app }) {
  if (guest) return say("tag.guest", { name: real });
  if (left) return say("tag.left", { name: real });
  return app ? say("tag.app", { name: real }) : real;
}

byId("hang").addEventListener("change", async () => {
  const name = byId("hang").value;
  await act({ do: "hang", name: name === "none" ? "" : name });
});

byId("rename").addEventListener("submit", async (event) => {
  event.preventDefault();
  const [value, account, name] = byId("rename-what").value.split(" ");
  const text = byId("rename-to").value.trim();
  await busily(event.submitter, async () => {
    if (!(await act({ do: "rename", value, account, name, text }))) return;
    byId("rename-to").value = "";
    toast(say("rename.done", { name, new: text }), "good");
  });
});

byId("tag").addEventListener("submit", async (event) => {
  event.preventDefault();
  const [account, user] = byId("tag-user").value.split(" ");
  await busily(event.submitter, async () => {
    if (await act({ do: "tag", account, user, value: byId("tag-names").value })) toast(say("tag.done", { user }), "good");
  });
});
