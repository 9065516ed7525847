// compose.js is where one writes: a message, or a command for the app.

import { el, byId, keyed } from "./dom.js";
import { act, app, busily, draws, placeOf, viewer } from "./app.js";
import { placeName } from "./rail.js";
import { language, say } from "./words.js";

const command = "/jit";
const verbs = ["request", "list", "extend", "finish", "revoke", "rotate", "help"];
const ofSecurity = ["offboard"];

const box = byId("compose");
const drafts = new Map(); // "person place" -> what is written and not sent
let writes = ""; // whose draft is in the box

// own puts away the draft of who acted before, or of another conversation, and takes out the one that belongs here.
function own() {
  const now = `${app.as} ${app.place}`;
  if (now === writes) return;
  if (writes) drafts.set(writes, box.value);
  box.value = drafts.get(now) ?? "";
  writes = now;
}

draws(() => {
  own();
  const place = placeOf(app.place);
  box.placeholder = say("compose.to", { place: place ? placeName(place) : "" });
  byId("shortcut").title = say("compose.shortcut");
  hint();
});

// hint says what a text that begins with / is, and offers what the command can be told to do.
function hint() {
  const slash = box.value.startsWith("/");
  byId("compose-hint").textContent = slash ? say("compose.hint") : "";
  const known = app.state?.groups.some((g) => g.mine && g.handle === "security") ? [...verbs, ...ofSecurity] : verbs;
  const lines = slash ? known.map((verb) => `${command} ${verb}`).filter((line) => line !== box.value.trim() && line.startsWith(box.value.trimEnd())) : [];
  byId("compose-verbs").hidden = !lines.length;
  keyed(byId("compose-verbs"), lines.map((line) => ({ key: line, data: [line, language()] })), offer);
}

function offer([line]) {
  const take = () => {
    box.value = `${line} `;
    box.focus();
    hint();
  };
  const what = `verb.${line.split(" ")[1]}`;
  return el("button", { type: "button", on: { click: take } }, el("b", {}, line), el("span", { class: "soft" }, say(what)));
}

box.addEventListener("input", hint);

// The shortcut of deploy/slack-manifest.yaml, which Slack has in a menu of its own, by its callback id.
byId("shortcut").addEventListener("click", (event) => busily(event.currentTarget, () => act({ do: "shortcut", name: "request" })));

byId("composer").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = box.value;
  if (!text.trim()) return;
  const from = writes;
  box.value = "";
  hint();
  const sent = await act({ do: "say", channel: placeOf(app.place).id, text, as: viewer().id });
  if (sent) return;
  if (from !== writes) drafts.set(from, text);
  else if (!box.value) box.value = text;
});
