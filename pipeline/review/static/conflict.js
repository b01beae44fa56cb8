// Somebody else decided first: both views side by side, and the choice is the reviewer's.

import { clock, el } from "./dom.js";
import { ask } from "./dialogs.js";
import { slotWords } from "./picks.js";
import { named, t } from "./words.js";

/** A state in lines of words. `kind`: evidence or verdict; `given.indicator`: of which. */
export function stateWords(kind, given) {
  if (!given) return [];
  const rows = [[t("conflict.verdict"), given.verdict ? named(kind, given.verdict) : t("card.undecided")]];
  if (given.reason) rows.push([t("conflict.reason"), named("reason", given.reason)]);
  if (given.moved_to) rows.push([t("conflict.moved"), given.moved_to]);
  if (given.slots?.length && given.indicator) rows.push([t("conflict.slots"), slotWords(given.slots, given.moved_to || given.indicator)]);
  if (given.stage) rows.push([t("conflict.stage"), named("stage", given.stage)]);
  if (given.points !== null && given.points !== undefined) rows.push([t("verdict.points"), String(given.points)]);
  if (given.note) rows.push([t("card.note"), given.note]);
  return rows;
}

export function side(title, kind, given, foot) {
  return el("div", {}, el("h3", {}, title), el("dl", {}, stateWords(kind, given).map(([name, words]) =>
    [el("dt", {}, name), el("dd", {}, el("bdi", {}, words))])), foot ? el("p", { class: "small soft" }, foot) : "");
}

/** A passage was to be moved to an indicator for which somebody has decided otherwise. Resolves true
 *  where the reviewer wants to go there. */
export async function conflictThere(body) {
  const theirs = body.theirs || {};
  const told = await ask({
    title: t("conflict.there_title", { indicator: body.indicator }), go: t("conflict.there_go", { indicator: body.indicator }),
    body: () => [el("p", {}, t("conflict.there_lead")), el("div", { class: "sides" },
      side(t("conflict.theirs_title", { by: theirs.by || "" }), "evidence", { ...theirs.state, note: theirs.note }, clock(theirs.at)))],
  });
  return told === true;
}

/** Resolves true where the reviewer wants his own to stand after all. */
export async function conflict(kind, mine, body) {
  const theirs = body.theirs || {};
  const told = await ask({
    title: t("conflict.title"), go: t("conflict.mine"),
    body: (_, end) => [el("p", {}, t("conflict.lead")),
      el("div", { class: "sides" }, side(t("conflict.theirs_title", { by: theirs.by || "" }), kind, { indicator: mine.indicator, ...theirs.state, note: theirs.note }, clock(theirs.at)),
        side(t("conflict.mine_title"), kind, mine)),
      el("p", {}, el("button", { type: "button", autofocus: true, onclick: () => end(null) }, t("conflict.keep")))],
  });
  return told === true;
}
