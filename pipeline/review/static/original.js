// The right part: the page as a picture with the passage boxed, or the text with it marked.

import * as api from "./api.js";
import { at, el, put, svg } from "./dom.js";
import { announce, can } from "./start.js";
import { place, state, tell } from "./state.js";
import { has, named, t } from "./words.js";

const STEPS = [50, 75, 100, 125, 150, 200, 300];
const LEGIBLE = 0.72; // pixels of a point, at least, for a page wider than A4
const shown = { row: null, told: null, page: 0, zoom: 100, zoomed: false, asText: false };
let asked = 0;
let coming = null; // the row whose original is on its way
let ready = () => {}; // called when what was drawn can be looked at

/** Show the original of a row; from then on it counts as opened. `next`: the row that is likely to
 *  be shown after it, whose picture is fetched meanwhile. */
export async function showOriginal(row, next = null) {
  const mine = ++asked;
  if (coming && coming !== row) tell("seen", { row: coming, seen: false });
  coming = row;
  const same = shown.row?.target === row.target && shown.row?.indicator === row.indicator;
  shown.row = row;
  if (!same) shown.asText = false;
  const right = at("right");
  right.setAttribute("aria-busy", "true");
  try {
    const told = await api.get(address(row));
    if (mine !== asked) return;
    shown.told = told;
    shown.page = told.picture?.page || 0;
    fit();
    draw();
    await seen();
    if (mine !== asked) return;
    coming = null;
    if (!row.opened) {
      row.opened = true;
      tell("row", row);
    }
    tell("seen", { row, seen: true });
    fetchAhead(next);
    if (told.pending) await waitForPicture(row, mine);
  } catch (error) {
    if (mine !== asked) return;
    coming = null;
    tell("seen", { row, seen: false });
    put(right, el("div", { class: "empty" }, el("p", { class: "wrong" }, error.message || t("line.down")),
      el("button", { type: "button", onclick: () => showOriginal(row) }, t("again"))));
  } finally {
    if (mine === asked) right.removeAttribute("aria-busy");
  }
}

/** Whether the original of this row is on its way to the screen. */
export function opening(row) {
  return coming === row;
}

/** Until what was drawn can be looked at: text at once, a picture when it is there (or will not
 *  be: its text stands in its place then). */
async function seen() {
  if (at("right").querySelector(".frame:not(.text)")) await new Promise((resolve) => { ready = resolve; });
}

/** The page is being made: ask again now and then, at most a minute, and put the picture in place
 *  of the text unless the reviewer has moved in it since. */
async function waitForPicture(row, mine) {
  at("right").removeAttribute("aria-busy");
  for (let times = 0; times < 50; times++) {
    await new Promise((resolve) => setTimeout(resolve, 1200));
    if (mine !== asked) return;
    const told = await api.get(address(row)).catch(() => null);
    if (mine !== asked || !told) return;
    if (told.pending) continue;
    const frame = at("right").querySelector(".frame");
    const reading = shown.moved || frame?.contains(document.activeElement);
    Object.assign(shown, { told, page: told.picture?.page || 0, asText: Boolean(reading) });
    fit();
    draw();
    return;
  }
}

/** Have the picture of a row made and kept by the browser. It does not count as opened: nothing of
 *  it is shown, and its original is not asked for. */
function fetchAhead(row) {
  const sha = /^f:([0-9a-f]{16})$/.exec(row?.file || row?.target || "")?.[1];
  if (!sha || !row.page || row.original_missing) return;
  new Image().src = place(`/pictures/${sha}/${row.page}?target=${encodeURIComponent(row.target)}`);
}

function address(row) {
  const given = new URLSearchParams({ target: row.target });
  if (row.indicator) given.set("indicator", row.indicator);
  return place(`/original?${given}`);
}

export function clearOriginal() {
  asked++;
  if (coming) tell("seen", { row: coming, seen: false });
  coming = null;
  Object.assign(shown, { row: null, told: null });
  put(at("right"), el("p", { class: "empty" }, el("span", { class: "keyed" }, t("original.choose")), el("span", { class: "touched" }, t("original.choose_touch"))));
}

function draw() {
  const { told, row } = shown;
  const picture = told.picture && !told.missing && !shown.asText;
  put(at("right"), bar(told, row, picture),
    told.missing ? el("p", { class: "wrong" }, t("original.missing_long")) : "",
    told.unread_reason ? el("p", { class: "wrong" }, t("original.unread", { reason: named("reason", told.unread_reason) })) : "",
    told.pending ? el("p", { class: "told small" }, t("original.pending")) : "",
    !told.picture && told.reason && !told.missing ? el("p", { class: "told small" }, reasonWords(told.reason)) : "",
    picture ? sheet(told) : text(told));
  shown.moved = false;
  if (picture) return;
  ready();
  const frame = at("right").querySelector(".frame");
  at("right").querySelector(".marked")?.scrollIntoView({ block: "center" });
  for (const name of ["wheel", "touchmove", "keydown"]) frame?.addEventListener(name, () => { shown.moved = true; }, { passive: true });
}

function bar(told, row, picture) {
  const pages = told.picture?.pages || 0;
  const turn = (by) => el("button", { type: "button", "aria-label": t(by < 0 ? "original.before" : "original.after"),
    disabled: by < 0 ? shown.page <= 1 : shown.page >= pages, onclick: () => turnTo(shown.page + by) }, by < 0 ? "‹" : "›");
  const zoom = (by) => el("button", { type: "button", "aria-label": t(by < 0 ? "original.smaller" : "original.larger"),
    disabled: by < 0 ? shown.zoom <= STEPS[0] : shown.zoom >= STEPS.at(-1), onclick: () => zoomBy(by) }, by < 0 ? "−" : "+");
  const sha = told.sha16 || row.sha16 || (row.target.startsWith("f:") ? row.target.slice(2) : told.picture?.url?.match(/pictures\/([0-9a-f]{16})/)?.[1]);
  return el("header", { class: "sheetbar" },
    el("div", { class: "names" }, el("h2", { lang: "zh-CN" }, el("bdi", {}, told.title || told.path)),
      told.title ? el("p", { class: "small soft", lang: "zh-CN" }, el("bdi", {}, told.path)) : ""),
    el("div", { class: "tools" },
      picture ? [turn(-1), el("span", { class: "pageno" }, t("original.page", { page: shown.page, pages: pages || "?" })), turn(1),
        zoom(-1), el("span", { class: "pageno" }, `${shown.zoom}%`), zoom(1)] : "",
      told.picture && told.text?.length && !told.missing ? el("button", { type: "button", class: "plain", "aria-pressed": String(shown.asText),
        onclick: () => { shown.asText = !shown.asText; draw(); } }, t(shown.asText ? "original.as_picture" : "original.as_text")) : "",
      sha && can("download", state.unit) && !told.missing ? el("a", { class: "button plainlink", href: place(`/download/${sha}`), download: "" }, t("original.download")) : ""));
}

/** Why there is no picture: our own words, or those of a file that cannot be read. */
function reasonWords(code) {
  return has(`original.why.${code}`) ? t(`original.why.${code}`) : named("reason", code);
}

/** The original of a row to be looked at in one piece, without turning pages: for a dialog. */
export async function still(row) {
  const told = await api.get(address(row));
  Object.assign(shown, { row, told, page: told.picture?.page || 0, zoom: 100, asText: false });
  return el("div", { class: "still" }, told.missing ? el("p", { class: "wrong" }, t("original.missing_long")) : "",
    told.picture && !told.missing ? sheet(told) : text(told));
}

/** The page with the boxes over it, both in points of that page. */
function sheet(told) {
  const { width, height, page: home, boxes = [] } = told.picture;
  const url = told.picture.url.replace(/\/\d+(?=\?|$)/, `/${shown.page}`);
  const here = shown.page === home ? boxes : [];
  const image = svg("image", { x: 0, y: 0, width, height, preserveAspectRatio: "none", href: url });
  const picture = svg("svg", { class: "sheet", viewBox: `0 0 ${width} ${height}`, role: "img",
    "aria-label": t("original.picture", { page: shown.page, count: here.length }) }, image,
  here.map(([x0, top, x1, bottom]) => svg("rect", { class: "box", x: x0 - 2, y: top - 2, width: x1 - x0 + 4, height: bottom - top + 4, rx: 2 })));
  picture.style.width = `${shown.zoom}%`;
  const frame = el("div", { class: "frame", tabindex: "0", role: "group", "aria-label": t("original.scroll") }, picture);
  image.addEventListener("error", () => {
    frame.prepend(el("p", { class: "wrong" }, t("original.no_picture")));
    if (told.text?.length) frame.after(text(told));
    ready();
  });
  image.addEventListener("load", () => {
    frame.classList.add("loaded");
    ready();
  });
  requestAnimationFrame(() => scrollToBox(frame, picture, here, width));
  return frame;
}

function scrollToBox(frame, picture, boxes, width) {
  if (!boxes.length) return;
  const scale = picture.clientWidth / width || 1;
  const top = Math.min(...boxes.map((box) => box[1]));
  const left = Math.min(...boxes.map((box) => box[0]));
  frame.scrollTop = Math.max(0, top * scale - frame.clientHeight / 3);
  frame.scrollLeft = Math.max(0, left * scale - 24);
}

function turnTo(page) {
  shown.page = Math.min(Math.max(1, page), shown.told.picture.pages || page);
  redrawKeeping();
  announce(t("original.page", { page: shown.page, pages: shown.told.picture.pages || "?" }));
}

/** A sheet wider than a page of A4 is enlarged until it can be read, unless the reviewer chose, or
 *  nothing is written on it. */
function fit() {
  const wide = shown.told.picture?.width || 0;
  if (shown.zoomed) return;
  const scale = (at("right").clientWidth - 20) / wide;
  shown.zoom = wide > 650 && shown.told.text?.length ? STEPS.find((step) => step >= 100 && (scale * step) / 100 >= LEGIBLE) || STEPS.at(-1) : 100;
}

function zoomBy(by) {
  shown.zoomed = true;
  shown.zoom = STEPS[Math.min(Math.max(0, STEPS.indexOf(shown.zoom) + by), STEPS.length - 1)];
  redrawKeeping();
}

function redrawKeeping() {
  const held = document.activeElement?.getAttribute("aria-label");
  draw();
  if (held) at("right").querySelector(`[aria-label="${CSS.escape(held)}"]:not(:disabled)`)?.focus({ preventScroll: true });
}

function text(told) {
  const lines = told.text || [];
  if (!lines.length) return el("p", { class: "empty" }, t("original.no_text"));
  return el("div", { class: "frame text", tabindex: "0", role: "group", "aria-label": t("original.scroll"), lang: "zh-CN" },
    el("ol", {}, lines.map((line) => el("li", { class: line.marked ? "marked" : "", "aria-current": line.marked ? "true" : null },
      el("span", { class: "lineno", "aria-hidden": "true" }, line.number), el("p", {}, el("bdi", {}, line.text))))));
}
