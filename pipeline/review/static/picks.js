// Which slots an accepted passage confirms: said before it is accepted, and by the reviewer.

import { at, el } from "./dom.js";
import { indicatorOf, tell } from "./state.js";
import { period, t } from "./words.js";

const EMPTY = "\u0000"; // stands between the two parts of a slot's name; no id has it

function nameOf(slot) {
  return `${slot.requirement}${EMPTY}${slot.period}`;
}

/** The slots that pressing `a` would confirm now: [[requirement, period]]. */
export function picked(row) {
  return (row.slots || []).filter((slot) => isPicked(row, slot)).map((slot) => [slot.requirement, slot.period]);
}

/** The slots that stand confirmed by this card. */
export function confirmed(row) {
  return (row.slots || []).filter((slot) => slot.accepted).map((slot) => [slot.requirement, slot.period]);
}

function isPicked(row, slot) {
  if (row.picks) return row.picks.has(nameOf(slot));
  return row.decision?.state?.verdict === "accepted" ? slot.accepted : slot.proposed;
}

/** What the server says stands on the card, where it has said so. */
export function stands(row, state) {
  row.picks = null;
  if (!row.slots) return;
  const accepted = state?.verdict === "accepted";
  const named = new Set((state?.slots || []).map(([requirement, when]) => nameOf({ requirement, period: when })));
  for (const slot of row.slots) slot.accepted = accepted && (state.slots ? named.has(nameOf(slot)) : slot.proposed);
}

/** The tick boxes of the current card; keys 1 to 9 tick them, too. */
export function drawPicks(row, index) {
  const cells = indicatorOf(row.indicator)?.cells || [];
  if (!cells.length) return el("p", { class: "small soft picks" }, t("picks.no_slots"));
  const known = new Set((row.slots || []).map(nameOf));
  const others = cells.filter((cell) => !known.has(nameOf(cell)));
  const hint = el("p", { class: "small dirty", role: "status", hidden: !changed(row) }, t("picks.changed"));
  const none = el("p", { class: "small soft none", hidden: picked(row).length > 0 }, t("picks.none"));
  const redo = () => {
    hint.hidden = !changed(row);
    none.hidden = picked(row).length > 0;
  };
  return el("fieldset", { class: "picks", id: `picks-${index}` },
    el("legend", {}, t(row.decision?.state?.verdict === "accepted" ? "picks.stands" : "picks.title")),
    (row.slots || []).map((slot, place) => box(row, slot, place, redo)), none, hint,
    others.length ? el("select", { class: "more", "aria-label": t("picks.add"), onchange: (event) => add(row, others[event.target.value]) },
      el("option", { value: "" }, t("picks.add")), others.map((cell, place) => el("option", { value: place }, `${period(cell.period)}　${cell.wording}`))) : "");
}

function box(row, slot, place, redo) {
  const input = el("input", { type: "checkbox", checked: isPicked(row, slot), onchange: (event) => {
    row.picks ??= new Set((row.slots || []).filter((one) => isPicked(row, one)).map(nameOf));
    if (event.target.checked) row.picks.add(nameOf(slot));
    else row.picks.delete(nameOf(slot));
    redo();
  } });
  return el("label", { class: "choice" }, input, el("span", {}, el("b", {}, slot.period ? period(slot.period) : ""), " ",
    el("span", { lang: "zh-CN" }, slot.wording), slot.promised ? el("small", { class: "soft" }, ` ${t("picks.promised")}`) : ""),
  place < 9 ? el("kbd", { "aria-hidden": "true" }, String(place + 1)) : "");
}

function changed(row) {
  return row.decision?.state?.verdict === "accepted" && Boolean(row.picks) && (row.slots || []).some((slot) => isPicked(row, slot) !== Boolean(slot.accepted));
}

/** A slot that nobody proposed the passage for. */
function add(row, cell) {
  if (!cell) return;
  row.picks ??= new Set((row.slots || []).filter((one) => isPicked(row, one)).map(nameOf));
  row.slots = [...(row.slots || []), { requirement: cell.requirement, period: cell.period, wording: cell.wording, link: null, proposed: false, accepted: false, promised: false }];
  row.picks.add(nameOf(cell));
  tell("row", row);
}

/** The key of a box. */
export function tick(index, number) {
  at(`picks-${index}`)?.querySelectorAll("input[type=checkbox]")[number - 1]?.click();
}

/** The words of slots, requirement by requirement: “成立领导小组” 2022 年、2023 年. */
export function slotWords(slots, indicator, letters = 14) {
  const cells = indicatorOf(indicator)?.cells || [];
  const found = new Map();
  for (const [requirement, when] of slots || []) {
    const wording = cells.find((cell) => cell.requirement === requirement)?.wording || requirement;
    const all = Array.from(wording);
    const words = `“${all.length > letters ? `${all.slice(0, letters).join("")}…` : wording}”`;
    found.set(words, [...(found.get(words) || []), when ? period(when) : ""]);
  }
  return [...found].map(([words, periods]) => `${words} ${periods.join(t("list.comma"))}`.trim()).join(t("list.comma"));
}
