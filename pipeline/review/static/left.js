// The left part: queues, unread files, and the indicators with their cells.

import { at, el, glyph, put } from "./dom.js";
import { state } from "./state.js";
import { named, period, t } from "./words.js";

export const STATES = ["confirmed", "proposed", "planned", "nothing", "unread"];
const QUEUES = ["indicator", "uncertain", "open", "sample"];
let unreadOpen = false;
let first = true;

/** `act`: {choose(id), queue(mode), photos()} */
export function drawLeft(act) {
  const { unit } = state;
  const left = at("left");
  const scrolled = left.querySelector(".list")?.scrollTop || 0;
  const held = left.contains(document.activeElement) ? document.activeElement.dataset.hold : null;
  put(left, head(unit, act), el("div", { class: "list" }, unread(unit), photos(unit, act), list(unit, act), legend()));
  left.querySelector(".list").scrollTop = scrolled;
  if (held) left.querySelector(`[data-hold="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
  if (first) {
    first = false;
    left.querySelector(".row.now")?.scrollIntoView({ block: "center" });
  }
}

function head(unit, act) {
  const { progress } = unit;
  const mode = state.view === "search" ? "indicator" : state.view;
  return el("div", { class: "lefthead" },
    el("p", { class: "unitname" }, el("bdi", { lang: "zh-CN" }, unit.label)),
    el("p", { class: "rubricname", lang: "zh-CN" }, unit.rubric.title),
    meters(progress),
    el("div", { class: "queues", role: "group", "aria-label": t("queue.label") }, QUEUES.map((one) =>
      el("button", { type: "button", "data-hold": `queue-${one}`, "aria-pressed": String(one === mode),
        title: t(`queue.${one}.hint`), onclick: () => act.queue(one) }, t(`queue.${one}`)))));
}

/** How far the unit is: of what was proposed, and of what is owed; what people added stands beside. */
export function meters(progress) {
  return [meter(t("progress.cards"), progress.decided, progress.proposed), meter(t("progress.verdicts"), progress.verdicts, progress.indicators),
    progress.added ? el("p", { class: "small soft" }, t("progress.added", { count: progress.added })) : ""];
}

/** How far it is: a bar with its figures in words beside it. */
export function meter(words, done, all) {
  const bar = el("span", { class: "bar" }, el("i", {}));
  bar.firstChild.style.width = `${all ? (100 * done) / all : 0}%`;
  return el("p", { class: "meter" }, el("span", {}, words), bar, el("b", {}, `${done}/${all}`));
}

function unread(unit) {
  const rows = unit.unread || [];
  if (!rows.length) return el("p", { class: "allread" }, t("unread.none"));
  const kinds = new Map();
  for (const row of rows) {
    const words = row.text || named("reason", row.reason);
    if (!kinds.has(words)) kinds.set(words, { next: row.next || "", files: [] });
    kinds.get(words).files.push(row);
  }
  const box = el("details", { class: "unreadbox" },
    el("summary", { "data-hold": "unread" }, glyph("unread"), el("b", {}, t("unread.title", { count: rows.length })),
      el("span", { class: "kinds" }, [...kinds].map(([words, { files }]) => `${words} ${files.length}`).join(t("list.comma")))),
    el("p", { class: "small" }, t("unread.meaning")),
    [...kinds].map(([words, { next, files }]) => el("div", {},
      el("h3", {}, words, " ", el("span", { class: "count" }, t("unread.files", { count: files.length }))),
      next ? el("p", { class: "small" }, next) : "",
      el("ul", {}, files.map((file) => el("li", {}, el("bdi", { lang: "zh-CN" }, file.path)))))));
  box.open = unreadOpen;
  box.addEventListener("toggle", () => { unreadOpen = box.open; });
  return box;
}

/** Pictures without letters are no unread papers: somebody looks at them, and attaches them. */
function photos(unit, act) {
  const rows = unit.photos || [];
  if (!rows.length) return "";
  const open = rows.filter((one) => !one.indicators?.length).length;
  return el("p", { class: "photosbox" }, el("button", { type: "button", class: "plain", "data-hold": "photos", onclick: act.photos },
    t("photos.title", { count: rows.length })), el("span", { class: "small soft" }, t(open ? "photos.open" : "photos.done", { count: open })));
}

function list(unit, act) {
  return unit.groups.map((group) => el("section", { class: "group" },
    el("h2", group.titles.length ? { lang: "zh-CN" } : {}, (group.titles.length ? group.titles : [t("group.rest")]).map((title, depth) =>
      el("span", { class: depth === Math.max(0, group.titles.length - 1) ? "last" : "" }, title))),
    el("ul", {}, group.indicators.map((one) => el("li", {}, row(one, act))))));
}

function row(one, act) {
  const now = state.indicator?.id === one.id;
  const left = one.evidence - one.decided;
  return el("button", { type: "button", class: ["row", now && "now", one.owed === false && "context"].filter(Boolean).join(" "), "data-hold": `i-${one.id}`,
    "aria-current": now ? "true" : null, onclick: () => act.choose(one.id) },
  el("span", { class: "id" }, one.id),
  el("span", { class: "wording", lang: "zh-CN", title: one.wording }, one.wording),
  el("span", { class: "foot" }, el("span", { class: "cells" }, slots(one), el("span", { class: "sr" }, summary(one))),
    el("span", { class: "side" },
      one.again ? el("span", { class: "chip plan" }, t("again.chip")) : "",
      one.changed ? el("span", { class: "chip plan" }, t("changed.chip")) : "",
      one.alone ? el("span", { class: "chip line plan" }, t("alone.chip")) : "",
      one.verdict ? el("span", { class: `chip ${verdictTone(one.verdict)}` }, named("verdict", one.verdict)) : "",
      one.evidence ? el("span", { class: left ? "count" : "count done", title: t("progress.cards") },
        `${one.decided}/${one.evidence}`) : "")));
}

/** The cells of an indicator, requirement by requirement, a small square for each period. */
function slots(one) {
  const rows = new Map();
  for (const cell of one.cells) rows.set(cell.requirement, [...(rows.get(cell.requirement) || []), cell]);
  return [...rows.values()].map((cells) => el("span", { class: "cellrow", title: cells[0].wording }, cells.map((cell) =>
    glyph(cell.state))));
}

function summary(one) {
  if (!one.cells.length) return t("cells.none");
  return STATES.map((state) => [state, one.cells.filter((cell) => cell.state === state).length])
    .filter(([, count]) => count).map(([state, count]) => t("cells.count", { state: t(`cell.${state}`), count }))
    .join(t("list.comma"));
}

export function verdictTone(code) {
  return { met: "good", partly: "plan", not_met: "bad", site: "todo", na: "none" }[code] || "none";
}

export function legend() {
  return el("ul", { class: "legend" }, STATES.map((one) => el("li", {}, glyph(one), t(`cell.${one}`))));
}

/** A cell in words: the period, what was found and how much of what is asked. */
export function cellWords(cell) {
  return `${period(cell.period)} ${t(`cell.${cell.state}`)} ${cell.count}/${cell.need}`;
}

/** What came and went since the verdict was given. */
export function changedWords(changed) {
  return typeof changed.new === "number" ? t("changed.words", { new: changed.new, gone: changed.gone }) : t("changed.some");
}
