// main.js starts the page: it listens to the server, and joins the parts.

import { act, app, beginAnew, busily, draws, go, hasBegunAnew, redraw, toast } from "./app.js";
import { byId } from "./dom.js";
import { language, say, speak } from "./words.js";
import "./rail.js";
import "./chat.js";
import "./compose.js";
import "./modal.js";
import { tick } from "./world.js";
import "./iam.js";
import "./fleet.js";
import "./feed.js";
import "./tour.js";

let stream = null;
let latest = 0; // the number of the state that is shown, counted by the connection

// listen has the server send what the acting person sees. The browser connects again by itself, and each message is the
// whole state, so nothing is missed.
function listen() {
  stream?.close();
  const mine = new EventSource(`events?as=${encodeURIComponent(app.as)}`);
  stream = mine;
  latest = 0;
  mine.addEventListener("message", async (event) => {
    const state = JSON.parse(event.data);
    await speak(state.lang);
    const number = Number(event.lastEventId);
    if (stream !== mine || number < latest) return; // somebody else acts by now, or a later one was faster
    if (app.state && app.state.world !== state.world) return beginAnew();
    latest = number;
    app.lost = false;
    app.state = state;
    app.as = state.as;
    redraw();
  });
  mine.addEventListener("error", () => {
    latest = 0;
    app.lost = true;
    redraw();
    if (mine.readyState === EventSource.CLOSED && stream === mine) setTimeout(listen, 2000);
  });
}

document.addEventListener("become", listen);
document.addEventListener("visibilitychange", redraw); // what comes into sight is read

const themes = ["auto", "light", "dark"];
const asked = new URLSearchParams(location.search).get("theme"); // in the address it holds for this look only
let theme = asked ?? localStorage.getItem("sekisho-theme") ?? "auto";

byId("theme").addEventListener("click", () => {
  theme = themes[(themes.indexOf(theme) + 1) % themes.length];
  localStorage.setItem("sekisho-theme", theme);
  redraw();
});

byId("language").addEventListener("click", (event) =>
  busily(event.currentTarget, () => act({ do: "lang", name: language() === "en" ? "ja" : "en" })),
);

byId("tabs").addEventListener("click", (event) => {
  if (event.target.dataset.tab) go({ tab: event.target.dataset.tab });
});

draws(() => {
  document.documentElement.dataset.theme = theme;
  document.body.dataset.tab = app.tab;
  for (const b of byId("tabs").children) b.setAttribute("aria-pressed", String(b.dataset.tab === app.tab));
  byId("theme").textContent = say(`theme.${theme}`);
  byId("language").textContent = say("lang.other");
  byId("language").lang = language() === "en" ? "ja" : "en";
});

document.documentElement.dataset.theme = theme;
document.body.dataset.tab = app.tab;
await speak(document.documentElement.lang);
if (hasBegunAnew()) toast(say("anew"));
listen();
setInterval(() => app.state && tick(), 1000);
