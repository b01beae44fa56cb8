// Elements from plain data. Text only ever becomes text: nothing here reads markup.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, given, children) {
  for (const [name, value] of Object.entries(given || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked" || name === "disabled" || name === "hidden") node[name] = value;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  add(node, children);
  return node;
}

function add(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === "") continue;
    node.append(child instanceof Node ? child : String(child));
  }
}

/** An HTML element: attributes by name, `onclick` and the like as listeners, then its children. */
export function el(tag, given, ...children) {
  return fill(document.createElement(tag), given, children);
}

/** An SVG element. */
export function svg(tag, given, ...children) {
  return fill(document.createElementNS(SVG, tag), given, children);
}

/** The one element of that id. */
export function at(id) {
  return document.getElementById(id);
}

/** Put these children in place of what was there. */
export function put(node, ...children) {
  node.replaceChildren();
  add(node, children);
  return node;
}

/** Text with the words of rules and of the model underlined, each in its own way.
 *  Spans are half-open and count code points; what lies outside of the text is left out. */
export function marked(text, spans) {
  const letters = Array.from(text);
  const marks = new Uint8Array(letters.length);
  for (const { start, end, by } of spans || []) {
    const weight = by === "rule" ? 1 : by === "model" ? 2 : 3;
    for (let place = Math.max(0, start); place < Math.min(end, letters.length); place++) marks[place] |= weight;
  }
  const pieces = [];
  for (let start = 0, place = 1; place <= letters.length; place++) {
    if (place < letters.length && marks[place] === marks[start]) continue;
    const piece = letters.slice(start, place).join("");
    pieces.push(marks[start] ? el("mark", { class: ["", "rule", "model", "both"][marks[start]] }, piece) : piece);
    start = place;
  }
  return pieces;
}

/** Text of a paper: shown apart from the words around it, whichever way it runs. */
export function said(text, tag = "bdi", given = {}) {
  return el(tag, { lang: "zh-CN", ...given }, text);
}

const SHAPES = {
  confirmed: () => [svg("rect", { x: 0.5, y: 0.5, width: 13, height: 13, rx: 2.5, fill: "currentColor" }),
    svg("path", { d: "M3.4 7.3 6 9.8l4.7-5.4", class: "cut", "stroke-width": 1.8 })],
  proposed: () => [svg("rect", { x: 1.2, y: 1.2, width: 11.6, height: 11.6, rx: 2.5, fill: "none", stroke: "currentColor", "stroke-width": 1.4 }),
    svg("circle", { cx: 7, cy: 7, r: 3, fill: "currentColor" })],
  planned: () => [svg("rect", { x: 1.2, y: 1.2, width: 11.6, height: 11.6, rx: 2.5, fill: "none", stroke: "currentColor", "stroke-width": 1.4 }),
    svg("path", { d: "M1.6 12.4V3L11 12.4z", fill: "currentColor" })],
  nothing: () => [svg("rect", { x: 1.2, y: 1.2, width: 11.6, height: 11.6, rx: 2.5, fill: "none", stroke: "currentColor", "stroke-width": 1.2 })],
  unread: () => [svg("rect", { x: 1.2, y: 1.2, width: 11.6, height: 11.6, fill: "none", stroke: "currentColor", "stroke-width": 1.4, "stroke-dasharray": "2.3 1.6" }),
    svg("path", { d: "M7 3.4v4.4M7 9.6v1.4", fill: "none", stroke: "currentColor", "stroke-width": 1.8 })],
  out: () => [svg("path", { d: "M4 7h6", stroke: "currentColor", "stroke-width": 1.4 })],
};

/** The sign of a cell's state: a shape of its own besides the colour. */
export function glyph(state, label) {
  const shape = (SHAPES[state] || SHAPES.out)();
  const given = { class: `glyph ${SHAPES[state] ? state : "out"}`, viewBox: "0 0 14 14" };
  return label ? svg("svg", { ...given, role: "img", "aria-label": label }, svg("title", {}, label), shape)
    : svg("svg", { ...given, "aria-hidden": "true" }, shape);
}

/** The first letters of a long text. */
export function short(text, letters = 40) {
  const all = Array.from(text || "");
  return all.length > letters ? all.slice(0, letters).join("") + "…" : text || "";
}

/** An instant as the office's clock shows it: 2024-05-06 09:30. */
export function clock(instant) {
  const moment = new Date(instant);
  if (!instant || Number.isNaN(moment.getTime())) return "";
  const two = (number) => String(number).padStart(2, "0");
  return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())} ${two(moment.getHours())}:${two(moment.getMinutes())}`;
}
