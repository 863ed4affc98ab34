// Asks the server what the network thinks of the drawing, and shows it. All that is computed is computed there.
import { Drawing } from "/drawing.js";
import { Network } from "/network.js";

const settled = 500;    // milliseconds without a change after which the answer is said aloud
const themes = { "": "system", light: "light", dark: "dark" };
const find = id => document.getElementById(id);
const bytes = base64 => Uint8Array.from(atob(base64), letter => letter.charCodeAt(0));
const base64 = bytes => {
  let text = "";
  for (let i = 0; i < bytes.length; i += 8192) {
    text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  }
  return btoa(text);
};

async function ask(path, body) {
  try {
    const answer = await fetch(path, body && { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    const said = await answer.json();
    find("trouble").textContent = answer.ok ? "" : said.detail;
    return answer.ok ? said : null;
  } catch {
    find("trouble").textContent = "The server does not answer. Is 'actornet serve' still running?";
    return null;
  }
}

let timer = 0;
function say(text) {
  clearTimeout(timer);
  find("said").textContent = text;
}

function sayWhenSettled(text) {
  clearTimeout(timer);
  timer = setTimeout(() => find("said").textContent = text, settled);
}

// One question at a time; of those that come meanwhile only the last is asked.
let isAsking = false, isStale = false;
async function think() {
  if (isAsking) {
    isStale = true;
    return;
  }
  isAsking = true;
  do {
    isStale = false;
    const { width, height, bytes: ink } = drawing.pixels();
    const { layer, index } = network.chosen ?? {};
    const thought = await ask(layer ? `/api/think?layer=${layer}&index=${index}` : "/api/think", { width, height, pixels: base64(ink) });
    if (thought) {
      network.show(thought, bytes(thought.picture.pixels));
      find("verdict").textContent = thought.verdict.text;
      sayWhenSettled(thought.verdict.text);
    }
  } while (isStale);
  isAsking = false;
}

async function look(layer, index) {
  const view = await ask(`/api/neuron?layer=${layer}&index=${index}`);
  think();
  return view;
}

async function example() {
  const shown = await ask(`/api/example?index=${Math.floor(Math.random() * 10000)}`);
  if (shown) {
    const { width, height, pixels } = shown.picture;
    drawing.put({ width, height, bytes: bytes(pixels) });
  }
}

function setTheme(theme) {
  theme ? document.documentElement.dataset.theme = theme : delete document.documentElement.dataset.theme;
  find("theme").textContent = `Theme: ${themes[theme]}`;
  drawing.repaint();
  network?.repaint();
}

const kept = { get: () => { try { return localStorage.getItem("theme") ?? ""; } catch { return ""; } }, set: theme => { try { localStorage.setItem("theme", theme); } catch { /* it lasts as long as the page */ } } };
let network = null;
const drawing = new Drawing(find("paper"), find("brush"), () => network && think(), say);
const model = await ask("/api/model");
if (model) {
  document.title = `${model.shape} – see it think`;
  find("shape").textContent = model.shape;
  find("about").textContent = `${model.parameters.toLocaleString("en")} parameters, from ${model.name}${model.data ? `, trained on ${model.data}` : ""}`;
  network = new Network(find("net"), find("edges"), find("neuron"), model, look, say);
  await think();
}
setTheme(kept.get() in themes ? kept.get() : "");
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => setTheme(document.documentElement.dataset.theme ?? ""));
find("theme").addEventListener("click", () => {
  const names = Object.keys(themes);
  const next = names[(names.indexOf(document.documentElement.dataset.theme ?? "") + 1) % names.length];
  kept.set(next);
  setTheme(next);
});
find("undo").addEventListener("click", () => drawing.undo());
find("clear").addEventListener("click", () => drawing.clear());
find("example").addEventListener("click", example);
document.documentElement.dataset.ready = "";
