// The page: choices go to the server on this machine, frames come back and are drawn.

import * as charts from "/page/charts.js";
import { cart, places } from "/page/draw.js";

const get = (id) => document.getElementById(id);
const NAMES = { told: "is told how the world works", trained: "trains now, some seconds", file: "from a file" };
const PATIENCE = 700;
let worlds = {}, world = "line", file = null, session = null, scene = null, drawing = null, map = null;
let running = false, queue = Promise.resolve();

async function ask(path, values) {
  const options = values === undefined ? {} : { method: "POST", body: JSON.stringify(values) };
  const answer = await fetch(path, options);
  const found = await answer.json();
  if (found.error) throw new Error(found.error);
  return found;
}

function say(text, isError = false, share = null) {
  const place = get("message");
  place.hidden = !text;
  place.className = isError ? "error" : "";
  place.replaceChildren(text ?? "");
  if (share !== null) {
    const bar = document.createElement("progress");
    if (share > 0) bar.value = share;
    bar.setAttribute("aria-label", "Training");
    place.append(bar);
  }
}

// One request after the other, none is lost; what goes wrong is said on the page.
function once(work) {
  queue = queue.then(work).catch((error) => {
    pause();
    const gone = error instanceof TypeError;
    say(gone ? "The server does not answer. Is `aifgym demo` still running?" : error.message, true);
  });
  return queue;
}

const change = (path, values) => once(async () => {
  if (session !== null) show(await ask(path, { session, ...values }));
});

async function start() {
  pause();
  const ticket = String(Math.random());
  const asked = { world, agent: get("agent").value, noise: Number(get("noise").value), ticket };
  if (asked.agent === "file") asked.file = file;
  enable(false);
  const slow = asked.agent === "trained";
  const waiting = slow ? "The agent trains: it makes its model from steps of its own …" : "One moment …";
  const timer = setInterval(async () => {
    const { share } = slow ? await ask("/progress", { ticket }) : { share: null };
    if (session === null) say(waiting, false, slow ? share : null);
  }, PATIENCE);
  session = null;
  await once(async () => {
    const found = await ask("/start", asked);
    ({ session, scene } = found);
    say(null);
    build();
    show(found.frame);
    enable(true);
  });
  clearInterval(timer);
  get("restart").disabled = false;
}

function enable(ready) {
  for (const id of ["run", "step", "restart"]) get(id).disabled = !ready;
  get("panels").setAttribute("aria-busy", String(!ready));
}

function build() {
  const hasPlaces = scene.places.length > 0;
  const aim = (goal) => change("/goal", { goal });
  drawing = (hasPlaces ? places : cart)(scene, aim);
  map = hasPlaces ? null : charts.states(scene);
  get("world").replaceChildren(drawing.root);
  get("belief").replaceChildren(...(map ? [map.root] : []));
  for (const id of ["world-legend", "why-legend", "effect-legend"]) get(id).hidden = !hasPlaces;
  get("goal-hint").textContent = hasPlaces ? "Click a place to make it the goal." : "Click the track to choose where the cart shall stand.";
}

function show(frame) {
  drawing.show(frame);
  get("score").textContent = frame.score;
  get("clock").textContent = `step ${frame.step}, episode ${frame.episode}${frame.over ? ", over" : ""}`;
  get("seen").textContent = frame.seen.words;
  get("seen-key").hidden = !frame.seen.point || map !== null;
  get("goal-words").textContent = frame.goal_words;
  get("usual-goal").hidden = frame.goal === null || frame.goal === frame.usual_goal;
  const names = scene.places.map((place) => place.name);
  if (map) map.show(frame);
  else {
    get("belief").replaceChildren(charts.columns(names, frame.belief.places, frame.belief.predicted, "expected", "Belief by place; dashed: as it expected before it looked"));
  }
  get("belief-words").textContent = frame.belief.words;
  get("why").replaceChildren(...charts.choices(frame.actions, !map));
  get("why-words").textContent = frame.why;
  get("surprise").replaceChildren(charts.curve(frame.surprise, frame.step));
  get("surprise-words").textContent = frame.surprise.words;
  get("breakers").replaceChildren(...charts.breakers(scene, frame, (action) => change("/break", { action })));
  const effect = frame.effect;
  get("effect").replaceChildren(...(effect ? [charts.columns(names, effect.now, effect.first, "first", effect.words)] : []));
  get("effect-words").textContent = effect ? effect.words : "This agent does not learn while it acts: its surprise rises, and stays.";
}

function pause() {
  running = false;
  get("run").textContent = "Run";
}

async function run() {
  running = true;
  get("run").textContent = "Pause";
  while (running) {
    const begun = performance.now();
    await change("/step", { count: 1 });
    const wait = 1000 / Number(get("speed").value) - (performance.now() - begun);
    await new Promise((done) => setTimeout(done, Math.max(0, wait)));
  }
}

function choose(name) {
  world = name;
  const { words, agents, noise } = worlds[name];
  for (const button of get("worlds").children) button.setAttribute("aria-checked", String(button.value === name));
  get("world-words").textContent = words;
  get("agent").replaceChildren(...agents.map((kind) => new Option(NAMES[kind], kind)));
  const range = get("noise");
  Object.assign(range, { min: noise.low, max: noise.high, step: noise.step });
  range.value = noise.usual;
  get("noise-value").textContent = noise.usual;
  get("noise-words").textContent = noise.words;
  get("speed").value = name === "cartpole" ? 20 : 4;
  start();
}

async function take(event) {
  const chosen = event.target.files[0];
  if (!chosen) return;
  await once(async () => {
    const answer = await fetch("/file", { method: "POST", body: chosen });
    ({ file } = await answer.json());
  });
  event.target.value = "";
  start();
}

get("run").addEventListener("click", () => (running ? pause() : run()));
get("step").addEventListener("click", () => change("/step", { count: 1 }));
get("restart").addEventListener("click", start);
get("noise").addEventListener("input", () => { get("noise-value").textContent = get("noise").value; });
get("noise").addEventListener("change", start);
get("agent").addEventListener("change", () => (get("agent").value === "file" ? get("file").click() : start()));
get("file").addEventListener("change", take);
get("usual-goal").addEventListener("click", () => change("/goal", { goal: null }));
document.addEventListener("keydown", (event) => {
  if (["BUTTON", "SELECT", "INPUT"].includes(event.target.tagName) || session === null) return;
  if (event.key === " ") event.preventDefault(), running ? pause() : run();
  if (event.key === "ArrowRight") change("/step", { count: 1 });
});

await once(async () => {
  worlds = await ask("/worlds");
  get("worlds").replaceChildren(...Object.entries(worlds).map(([name, { title }]) => {
    const button = document.createElement("button");
    Object.assign(button, { value: name, textContent: title });
    button.setAttribute("role", "radio");
    button.addEventListener("click", () => choose(name));
    return button;
  }));
});
if (Object.keys(worlds).length) choose(world);
