// What the room shows now, and how it is fetched. Parts listen for what changed.

import * as api from "./api.js";
import { page } from "./start.js";

export const state = {
  unit: null, // GET /api/units/{u}
  view: "indicator", // indicator | uncertain | open | sample | search
  indicator: null, // GET …/indicators/{i}: the one that is open
  rows: [], // the cards, sample rows or finds in the middle, in their order
  now: -1, // the current one
  slot: null, // {requirement, period}: only the cards that serve it
  recall: null, // GET …/recall, in the view `sample`
  total: 0, // how many the queue has in all
};

const listeners = new Map();

export function listen(name, act) {
  listeners.set(name, [...(listeners.get(name) || []), act]);
}

/** Tell the parts that listen: `unit`, `rows`, `now`, `row` (one row changed). */
export function tell(name, given) {
  for (const act of listeners.get(name) || []) act(given);
}

/** The address of something of this unit. */
export function place(rest = "") {
  return `/api/units/${encodeURIComponent(page.unit)}${rest}`;
}

export function current() {
  return state.rows[state.now] || null;
}

/** The name under which the server knows what is decided about a row. */
export function subjectOf(row) {
  return row.subject ?? (row.indicator ? `${row.indicator}|${row.target}` : row.target);
}

export function indicators() {
  return state.unit.groups.flatMap((group) => group.indicators);
}

export function indicatorOf(id) {
  return indicators().find((one) => one.id === id) || null;
}

export async function loadUnit() {
  state.unit = await api.get(place());
  tell("unit");
}

let soon = null;

/** The cells and the progress follow a decision a little later, many decisions at once. */
export function refreshSoon() {
  clearTimeout(soon);
  soon = setTimeout(() => loadUnit().catch(() => {}), 500);
}

let asked = 0;

/** Open an indicator; the answer of an older call is left aside. */
export async function openIndicator(id, { keep = null, slot = null } = {}) {
  const mine = ++asked;
  const told = await api.get(place(`/indicators/${encodeURIComponent(id)}`));
  if (mine !== asked) return false;
  Object.assign(state, { view: "indicator", indicator: told, slot });
  state.rows = cardsOf(told).filter(serves(slot));
  state.now = keep ? state.rows.findIndex((row) => row.target === keep) : -1;
  tell("rows");
  return true;
}

function cardsOf(told) {
  // The rows are the indicator's own cards: what is decided on one stands in both.
  for (const card of told.orphaned || []) card.orphan = true;
  for (const card of [...told.evidence, ...(told.orphaned || [])]) card.indicator ??= told.id;
  return [...told.evidence, ...(told.orphaned || [])];
}

function serves(slot) {
  return (card) => !slot || (card.serves || []).some(([requirement, period]) => requirement === slot.requirement && period === slot.period);
}

/** Only the cards that serve this slot; null: all of them. */
export function filterBySlot(slot) {
  state.slot = slot;
  state.rows = cardsOf(state.indicator).filter(serves(slot));
  state.now = -1;
  tell("rows");
}

/** A queue over all indicators: the most uncertain first, the undecided, or the sample. */
export async function openQueue(mode) {
  const mine = ++asked;
  const [told, recall] = await Promise.all([
    api.get(place(`/queue?mode=${mode}`)),
    mode === "sample" ? api.get(place("/recall")) : null,
  ]);
  if (mine !== asked) return false;
  const rows = Array.isArray(told) ? told : told.rows;
  Object.assign(state, { view: mode, indicator: null, slot: null, recall, rows, now: -1, total: told.total ?? rows.length });
  tell("rows");
  return true;
}

export async function loadRecall() {
  state.recall = await api.get(place("/recall"));
  tell("recall");
}

export function openFinds(rows) {
  asked++;
  Object.assign(state, { view: "search", indicator: null, slot: null, rows, now: -1 });
}
