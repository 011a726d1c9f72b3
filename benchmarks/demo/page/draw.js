// Pictures of the world: places that can be clicked, or a cart with its pole.

const SPACE = "http://www.w3.org/2000/svg";

export function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS(SPACE, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

export function picture(width, height, label) {
  return svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": label });
}

const percent = (share) => `${Math.round(100 * share)} %`;
const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

// A world of places; `show(frame)` draws a moment, `choose(place)` is called on a click.
export function places(scene, choose) {
  const xs = scene.places.map((p) => p.x), ys = scene.places.map((p) => p.y);
  const room = 2.1, unit = 44;
  const left = Math.min(...xs) - room, top = Math.max(...ys) + room;
  const width = (Math.max(...xs) + room - left) * unit, height = (top - Math.min(...ys) + room) * unit;
  const at = (x, y) => [
    clamp((x - left) * unit, 10, width - 10), clamp((top - y) * unit, 10, height - 10),
  ];
  const root = picture(width, height, `The world: ${scene.title}`);
  for (const [from, to] of scene.ways) {
    const [x1, y1] = at(scene.places[from].x, scene.places[from].y);
    const [x2, y2] = at(scene.places[to].x, scene.places[to].y);
    root.append(svg("line", { x1, y1, x2, y2, class: "way" }));
  }
  const nodes = scene.places.map((place, number) => {
    const [x, y] = at(place.x, place.y), size = 50;
    const box = { x: x - size, y: y - size, width: 2 * size, height: 2 * size, rx: 18 };
    const fill = svg("rect", { ...box, class: "fill", "fill-opacity": 0 });
    const goal = svg("rect", { ...box, class: "goal-mark", visibility: "hidden" });
    const share = svg("text", { x, y: y + 40, "text-anchor": "middle" });
    const name = svg("text", { x, y: y - 26, "text-anchor": "middle" }, short(place.name));
    const node = svg("g", { class: "place", tabindex: 0, role: "button" },
      svg("rect", { ...box, class: "shape" }), fill, goal, name, share);
    node.addEventListener("click", () => choose(number));
    node.addEventListener("keydown", (event) => {
      if (event.key === "Enter") choose(number);
    });
    root.append(node);
    return { node, fill, goal, share, name, x, y };
  });
  const truth = svg("circle", { r: 11, class: "truth-mark" });
  const seen = svg("path", { d: "M-9,-9 L9,9 M-9,9 L9,-9", class: "seen-mark" });
  root.append(truth, seen);
  const show = (frame) => {
    nodes.forEach(({ node, fill, goal, share, name }, number) => {
      const belief = frame.belief.places[number];
      fill.setAttribute("fill-opacity", 0.85 * belief);
      const ink = belief > 0.55 ? "var(--on-belief)" : "var(--ink)";
      share.textContent = belief >= 0.01 ? percent(belief) : "";
      share.style.fill = name.style.fill = ink;
      goal.setAttribute("visibility", frame.goal === number ? "visible" : "hidden");
      const words = `${scene.places[number].name}, belief ${percent(belief)}: make it the goal`;
      node.setAttribute("aria-label", words);
    });
    const here = nodes[frame.truth.place];
    truth.style.transform = `translate(${here.x}px, ${here.y}px)`;
    const point = frame.seen.point;
    seen.setAttribute("visibility", point ? "visible" : "hidden");
    if (point) {
      const [x, y] = at(...point);
      seen.style.transform = `translate(${x}px, ${y}px)`;
    }
  };
  return { root, show };
}

export const short = (name) => name.replace(/^row (\d+), column (\d+)$/, "$1 · $2");

// A cart on a track with a pole; a click on the track sets where the cart shall stand.
export function cart(scene, choose) {
  const width = 560, height = 330, floor = 250, unit = width / 5.6;
  const root = picture(width, height, "A cart with a pole");
  const x = (position) => width / 2 + clamp(position, -2.7, 2.7) * unit;
  root.append(svg("line", { x1: x(-2.4), x2: x(2.4), y1: floor + 22, y2: floor + 22, class: "way" }));
  for (const position of [-2, -1, 0, 1, 2]) {
    root.append(svg("text", { x: x(position), y: floor + 46, "text-anchor": "middle", class: "faint" }, position));
  }
  const goal = svg("path", { d: "M0,0 V-40 L22,-30 L0,-20", class: "goal-mark", visibility: "hidden" });
  const pole = svg("line", { x1: 0, y1: 0, x2: 0, y2: -150, class: "pole" });
  const body = svg("g", {}, svg("rect", { x: -38, y: -18, width: 76, height: 36, rx: 9, class: "cart" }), pole);
  const hit = svg("rect", { x: 0, y: 0, width, height, class: "hit" });
  hit.addEventListener("click", (event) => {
    const frame = root.getBoundingClientRect();
    const share = (event.clientX - frame.left) / frame.width;
    choose(Math.round(10 * clamp((share * width - width / 2) / unit, -2, 2)) / 10);
  });
  root.append(goal, body, hit);
  const show = (frame) => {
    body.style.transform = `translate(${x(frame.truth.position)}px, ${floor}px)`;
    pole.setAttribute("transform", `rotate(${(frame.truth.angle * 180) / Math.PI})`);
    goal.setAttribute("visibility", frame.goal === null ? "hidden" : "visible");
    if (frame.goal !== null) goal.setAttribute("transform", `translate(${x(frame.goal)}, ${floor + 22})`);
  };
  return { root, show };
}
