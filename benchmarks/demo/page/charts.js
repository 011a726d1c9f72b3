// Charts: beliefs as columns, what speaks for actions as bars, surprise as a curve.

import { picture, short, svg } from "/page/draw.js";

const element = (name, className, text = "") => {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
};

// Columns of two distributions over the same names: `front` filled, `back` behind or outlined.
export function columns(names, front, back, backClass, label) {
  const width = 360, height = 150, base = 118, top = 12, step = width / names.length;
  const root = picture(width, height, label);
  root.append(svg("line", { x1: 0, x2: width, y1: base, y2: base, class: "axis" }));
  names.forEach((name, number) => {
    const tall = (share) => Math.max(0.5, share * (base - top));
    const middle = (number + 0.5) * step;
    const bar = (share, className, room) => svg("rect", {
      x: middle - room * step, width: 2 * room * step, y: base - tall(share), height: tall(share),
      class: className, rx: 2,
    });
    if (back && backClass === "first") root.append(bar(back[number], "first", 0.42));
    root.append(bar(front[number], "bar", backClass === "first" ? 0.22 : 0.36));
    if (back && backClass === "expected" && back[number] > 0.03) root.append(bar(back[number], "expected", 0.42));
    const shown = short(name).replace("state ", "");
    const crowded = names.length > 6;
    if (!crowded || number % 5 === 0) {
      root.append(svg("text", {
        x: middle, y: base + 18, "text-anchor": "middle", class: "faint",
      }, shown));
    }
  });
  return root;
}

// States that the agent made itself, by angle and angular velocity; rings are its belief.
export function states(scene) {
  const width = 360, height = 200, points = scene.states.points, values = scene.states.values;
  const range = (list) => [Math.min(...list), Math.max(...list)];
  const [left, right] = range(points.map((p) => p[0])), [low, high] = range(points.map((p) => p[1]));
  const [worst, best] = range(values);
  const at = ([x, y]) => [
    10 + ((x - left) / (right - left)) * (width - 20), height - 28 - ((y - low) / (high - low)) * (height - 38),
  ];
  const root = picture(width, height, "States by angle and angular velocity of the pole");
  points.forEach((point, number) => {
    const [cx, cy] = at(point), share = (values[number] - worst) / (best - worst || 1);
    root.append(svg("circle", { cx, cy, r: 2.6, class: "state", fill: `hsl(${40 + 120 * share} 65% 50%)` }));
  });
  root.append(svg("text", { x: width / 2, y: height - 6, "text-anchor": "middle", class: "faint" },
    "angle → (up: angular velocity; green: worth more)"));
  const rings = svg("g"), cross = svg("path", { d: "M-7,-7 L7,7 M-7,7 L7,-7", class: "seen-mark" });
  root.append(rings, cross);
  const show = (frame) => {
    rings.replaceChildren(...frame.belief.states.map((state, place) => {
      const [cx, cy] = at(points[state]);
      return svg("circle", { cx, cy, r: 3 + 14 * Math.sqrt(frame.belief.weights[place]), class: "state-ring" });
    }));
    const inside = (value, most) => Math.min(most, Math.max(0, value));
    const [x, y] = at(frame.seen.point);
    cross.setAttribute("transform", `translate(${inside(x, width)}, ${inside(y, height)})`);
  };
  return { root, show };
}

// What speaks for each action. Parts are drawn from zero on; without parts, beside the worst.
export function choices(actions, parts) {
  const totals = actions.map((a) => -a.efe);
  const least = Math.min(...totals), most = Math.max(...totals);
  const low = parts ? Math.min(0, ...actions.map((a) => a.utility)) : least - 0.15 * (most - least || 1);
  const high = Math.max(most, low + 1e-6), width = 200;
  const x = (value) => (width * (value - low)) / (high - low);
  return actions.map((action) => {
    const row = element("div", `choice${action.chosen ? " chosen" : ""}`);
    const name = element("span", `name${action.broken ? " broken" : ""}`, action.name);
    const chart = picture(width, 18, `EFE ${action.efe.toFixed(2)}`);
    chart.setAttribute("preserveAspectRatio", "none");
    const piece = (from, to, className) => chart.append(svg("rect", {
      x: x(Math.min(from, to)), width: Math.max(0.8, Math.abs(x(to) - x(from))), y: 2, height: 14, class: className,
    }));
    const total = -action.efe;
    if (parts) {
      piece(0, action.utility, "utility");
      piece(action.utility, total, "information");
    } else piece(low, total, "utility");
    const value = element("span", "value", action.efe.toFixed(2));
    value.title = `chosen with ${Math.round(100 * action.probability)} % if it were drawn`;
    row.append(name, chart, value);
    return row;
  });
}

// Variational free energy over the last steps, with the moments in which something broke.
export function curve(surprise, step) {
  const width = 360, height = 150, base = 124, left = 34, span = 60;
  const from = Math.max(0, step - span), values = surprise.curve.filter(([at]) => at >= from);
  const most = Math.max(3, ...values.map(([, value]) => value)), least = Math.min(0, ...values.map(([, value]) => value));
  const x = (at) => left + ((at - from) / span) * (width - left - 8);
  const y = (value) => base - ((value - least) / (most - least)) * (base - 12);
  const root = picture(width, height, `Free energy ${surprise.vfe ?? "unknown"} nats`);
  for (const value of [0, most / 2, most]) {
    root.append(svg("line", { x1: left, x2: width, y1: y(value), y2: y(value), class: "axis" }));
    root.append(svg("text", { x: left - 6, y: y(value) + 4, "text-anchor": "end", class: "faint" }, value.toFixed(1)));
  }
  for (const at of surprise.breaks.filter((moment) => moment >= from)) {
    root.append(svg("line", { x1: x(at), x2: x(at), y1: 4, y2: base, class: "break" }));
    root.append(svg("text", { x: x(at) + 4, y: 12, class: "bad" }, "broken"));
  }
  root.append(svg("polyline", { points: values.map(([at, value]) => `${x(at)},${y(value)}`).join(" "), class: "curve" }));
  const last = values.at(-1);
  if (last) root.append(svg("circle", { cx: x(last[0]), cy: y(last[1]), r: 4.5, class: "now" }));
  root.append(svg("text", { x: width, y: height - 6, "text-anchor": "end", class: "faint" }, `step ${from} to ${from + span}`));
  return root;
}

// A row for each action: how far the belief about it has moved, and the button that breaks it.
export function breakers(scene, frame, toggle) {
  const head = element("div", "breaker head");
  head.append(element("span", "", "action"), element("span", "", frame.effect ? "belief moved" : ""), element("span", ""));
  const rows = scene.actions.map((name, action) => {
    const broken = frame.broken === action;
    const row = element("div", `breaker${broken ? " broken" : ""}`);
    const label = element("span", "name", name);
    const meter = element("meter", "");
    meter.value = frame.effect ? frame.effect.moved[action] : 0;
    meter.title = `belief about ${name} moved by ${Math.round(100 * meter.value)} %`;
    meter.setAttribute("aria-label", meter.title);
    meter.style.visibility = frame.effect ? "visible" : "hidden";
    const button = element("button", "small", broken ? "Mend" : "Break");
    button.setAttribute("aria-label", `${button.textContent} ${name}`);
    button.addEventListener("click", () => toggle(broken ? null : action));
    row.append(label, meter, button);
    return row;
  });
  return [head, ...rows];
}
