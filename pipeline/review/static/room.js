// The room: three parts on one screen, put together.

import * as api from "./api.js";
import { at, el, put } from "./dom.js";
import { drawCards, redraw, showCurrent } from "./cards.js";
import { act, onceSeen, unmask } from "./decisions.js";
import { help, wireKeys } from "./keys.js";
import { drawJudge, drawShort, redrawAsked, redrawProposal } from "./judge.js";
import { drawLeft } from "./left.js";
import { wireLine } from "./line.js";
import { clearOriginal, showOriginal } from "./original.js";
import { tick } from "./picks.js";
import { drawSearch, look, noFinds, startSearch } from "./search.js";
import { sheetTools } from "./handing.js";
import { announce, can, run } from "./start.js";
import { current, indicatorOf, indicators, listen, loadUnit, openIndicator, openQueue, refreshSoon, state, subjectOf } from "./state.js";
import { t } from "./words.js";

const cardActs = { select, run: (key) => act(key), unmask: null };
const leftActs = { choose, queue, photos: () => search("photos") };
let before = { view: "indicator", id: null, row: null, slot: null, top: 0, held: null }; // the place that a search left

run(async () => {
  await loadUnit();
  cardActs.unmask = can("unmask", state.unit) ? unmask : null;
  listen("unit", drawRoom);
  listen("rows", drawMiddle);
  listen("row", (row) => {
    redraw(state.rows.indexOf(row), cardActs);
    redrawProposal();
  });
  listen("recall", drawRecall);
  listen("seen", ({ row, seen }) => onceSeen(row, seen));
  listen("go", ({ indicator, target }) => choose(indicator, target));
  listen("kept", () => state.rows.forEach((row, index) => {
    if (api.isHeld(subjectOf(row)) !== (at(`card-${index}`)?.classList.contains("kept") ?? false)) redraw(index, cardActs);
  }));
  drawRoom();
  clearOriginal();
  wirePanes();
  wireKeys({ step, act, search, help, escape, tick: (number) => tick(state.now, number), verdict: toVerdict, neighbour });
  at("open-search").addEventListener("click", search);
  at("open-help").addEventListener("click", help);
  wireLine(reload, back);
  const given = new URLSearchParams(location.hash.slice(1));
  const first = indicatorOf(given.get("i"))?.id || (indicators().find((one) => one.evidence > one.decided) || indicators()[0])?.id;
  if (first) await choose(first, given.get("t"));
  api.pump();
});

function drawRoom() {
  left();
  if (state.view === "indicator") redrawAsked();
}

function left() {
  drawLeft(leftActs);
  sheetTools(at("left").querySelector(".lefthead"));
}

async function choose(id, target = null) {
  await guarded(async () => {
    if (!(await openIndicator(id, { keep: target }))) return;
    remember(id);
    pane("middle");
    if (state.now >= 0) await select(state.now);
    else at("main").scrollTop = 0;
  });
}

async function queue(mode) {
  if (mode === "indicator") return choose(state.lastIndicator || indicators()[0].id);
  return guarded(async () => {
    if (await openQueue(mode)) clearOriginal();
    pane("middle");
  });
}

async function guarded(work) {
  try {
    await work();
  } catch (error) {
    announce(error instanceof api.Refused ? error.message : error instanceof api.Offline ? error.message || t("line.down") : t("error.unknown"), true);
    if (!(error instanceof api.Refused || error instanceof api.Offline)) throw error;
  }
}

function remember(id) {
  state.lastIndicator = id;
  history.replaceState(null, "", `#i=${encodeURIComponent(id)}`);
}

/** Draw again what stands, after what was kept has been sent. */
function reload() {
  refreshSoon();
  if (state.view === "indicator" && state.indicator) openIndicator(state.indicator.id, { keep: current()?.target });
}

/** The line is there again: show what could not be shown. */
function back() {
  refreshSoon();
  if (current() && at("right").querySelector(".empty > .wrong")) showOriginal(current());
}

function drawMiddle() {
  left();
  const middle = at("middle");
  const list = el("div", { id: "cards" });
  if (state.view === "indicator") put(middle, drawJudge(), listHead(), list);
  else put(middle, queueHead(), list);
  drawCards(list, cardActs, t(state.view === "indicator" ? "cards.none" : "queue.empty"));
  if (state.now < 0) clearOriginal();
}

function listHead() {
  return el("div", { class: "listhead" }, el("h2", {}, t("cards.title", { count: state.rows.length })),
    el("span", { class: "of", title: state.indicator.wording, lang: "zh-CN" }, el("span", { class: "id" }, state.indicator.id), state.indicator.wording),
    state.slot ? el("span", { class: "chip todo" }, t("slot.filtered")) : "",
    el("span", { class: "marks small soft" }, el("mark", { class: "rule" }, t("cards.rule")), el("mark", { class: "model" }, t("cards.model"))));
}

function queueHead() {
  return el("header", { class: "judge" }, el("h2", {}, t(`queue.${state.view}`), el("span", { class: "count" }, t("queue.count", { count: state.total }))),
    el("p", { class: "why" }, t(`queue.${state.view}.hint`)), el("div", { id: "recall" }, state.view === "sample" ? recall() : ""), el("div", { id: "short" }));
}

function recall() {
  const told = state.recall;
  return told ? el("p", { class: "told" }, told.words || t("recall.words", told)) : "";
}

function drawRecall() {
  const target = at("recall");
  if (target) put(target, recall());
}

function step(by) {
  if (!state.rows.length) return announce(t("refuse.none"), true);
  const to = state.now < 0 ? 0 : state.now + by;
  if (to < 0 || to >= state.rows.length) return announce(t(by > 0 ? "cards.last" : "cards.first"));
  return select(to);
}

async function select(index) {
  const old = state.now;
  state.now = index;
  showCurrent(old, cardActs);
  const row = current();
  const short = at("short");
  if (short) put(short, row.indicator ? drawShort(indicatorOf(row.indicator) || { id: row.indicator, wording: "" }) : "");
  announceCard(row);
  await showOriginal(row, state.rows[index + (old > index ? -1 : 1)]);
}

function toVerdict() {
  pane("middle");
  const form = document.querySelector("form.verdict");
  if (!form) return announce(t("refuse.no_verdict"), true);
  form.scrollIntoView({ block: "nearest" });
  return (form.querySelector("input:checked") || form.querySelector("input"))?.focus();
}

/** The indicator before or after the open one. */
async function neighbour(by) {
  const all = indicators();
  const next = all[all.findIndex((one) => one.id === state.lastIndicator) + by];
  if (!next) return announce(t(by > 0 ? "left.last" : "left.first"));
  await choose(next.id);
  at("left").querySelector(".row.now")?.scrollIntoView({ block: "nearest" });
  return at("wording")?.focus({ preventScroll: true });
}

function announceCard(row) {
  at("quiet").textContent = t("cards.at", { number: state.now + 1, all: state.rows.length, place: row.place || row.path || "" });
}

function search(kind = null) {
  if (state.view !== "search") before = { view: state.view, id: state.lastIndicator, row: current(), slot: state.slot, top: at("main").scrollTop, held: document.activeElement?.dataset.hold };
  pane("middle");
  startSearch(typeof kind === "string" ? kind : null);
  left();
  clearOriginal();
  const found = () => drawCards(at("finds"), cardActs, noFinds());
  drawSearch(at("middle"), found, leaveSearch);
  look(at("told"), found);
  at("words").focus();
  at("words").select();
}

/** Back to where the search was begun: the same card, as far down, with the focus on it. */
function leaveSearch() {
  const { view, id, row, slot, top, held } = before;
  if (view === "indicator" && !id) return queue(view);
  return guarded(async () => {
    if (!(await (view === "indicator" ? openIndicator(id, { slot }) : openQueue(view)))) return;
    pane("middle");
    at("main").scrollTop = top;
    const now = row ? state.rows.findIndex((one) => one.target === row.target && one.indicator === row.indicator) : -1;
    if (now >= 0) return select(now);
    clearOriginal();
    ((held && document.querySelector(`[data-hold="${CSS.escape(held)}"]`)) || at("wording") || at("main")).focus({ preventScroll: true });
  });
}

function escape() {
  if (document.activeElement?.closest("form.verdict")) return (at(`card-${Math.max(0, state.now)}`) || at("main")).focus();
  if (state.view === "search") return leaveSearch();
  return pane("middle");
}

/** On a narrow screen one part is seen at a time (the original stays below the cards). */
function pane(name) {
  at("room").dataset.pane = name;
  for (const button of document.querySelectorAll("[data-pane-to]")) button.setAttribute("aria-pressed", String(button.dataset.paneTo === name));
}

function wirePanes() {
  for (const button of document.querySelectorAll("[data-pane-to]")) button.addEventListener("click", () => pane(button.dataset.paneTo));
}
