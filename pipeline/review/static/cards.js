// The evidence cards of the middle part: drawn one by one, so that a decision redraws one only.

import * as api from "./api.js";
import { at, clock, el, marked, put, said, short } from "./dom.js";
import { drawPicks, slotWords } from "./picks.js";
import { indicatorOf, place, state, subjectOf } from "./state.js";
import { named, period, t } from "./words.js";

export const ACTIONS = [["a", "accept"], ["r", "reject"], ["u", "unsure"], ["m", "move"], ["s", "stage"], ["n", "note"], ["z", "undo"]];
const FINDS = [["a", "attach"]];
const SAMPLED = [["a", "sample_yes"], ["r", "sample_no"], ["z", "undo"]];

/** Draw all rows into `target`. `act`: {select(index), run(action), unmask(row)} */
export function drawCards(target, act, empty) {
  if (!state.rows.length) return put(target, el("p", { class: "empty" }, empty));
  return put(target, el("ol", { class: "cards" }, state.rows.map((row, index) =>
    el("li", {}, card(row, index, act)))));
}

/** Draw one row again where it stands. */
export function redraw(index, act) {
  const old = at(`card-${index}`);
  if (!old) return;
  const held = old.contains(document.activeElement);
  const fresh = card(state.rows[index], index, act);
  old.replaceWith(fresh);
  if (held) fresh.focus({ preventScroll: true });
}

/** Move the mark of the current card from `before` to the current one and into sight. */
export function showCurrent(before, act) {
  if (before >= 0 && state.rows[before]) redraw(before, act);
  redraw(state.now, act);
  const now = at(`card-${state.now}`);
  now?.focus({ preventScroll: true });
  // One that is taller than the part is read from its beginning.
  now?.scrollIntoView({ block: now.offsetHeight > at("main").clientHeight - 60 ? "start" : "nearest" });
}

const TONES = { accepted: "good", rejected: "bad", unsure: "plan", evidence: "good", none: "bad" };

/** A decision in words: on evidence, or on a passage of the sample. */
export function verdictWords(verdict) {
  return verdict === "evidence" || verdict === "none" ? named("sample", verdict) : named("evidence", verdict);
}

export function verdictOf(row) {
  return row.decision?.state?.verdict ?? null;
}

function card(row, index, act) {
  const now = index === state.now;
  const verdict = verdictOf(row);
  const kept = api.isHeld(subjectOf(row));
  return el("article", {
    id: `card-${index}`, tabindex: now || (state.now < 0 && index === 0) ? "0" : "-1",
    class: ["card", now && "current", verdict && `is-${verdict}`, row.counts === false && "off", row.orphan && "orphan", !row.text && "whole", kept && "kept"]
      .filter(Boolean).join(" "),
    "aria-current": now ? "true" : null, "aria-label": label(row, index),
    onclick: (event) => { if (!event.target.closest("button, a, input, summary")) act.select(index); },
  },
  top(row, verdict, kept),
  row.headings?.length ? el("p", { class: "path", lang: "zh-CN" }, row.headings.map((heading, place) =>
    [place ? " › " : "", el("bdi", {}, heading)])) : "",
  row.text ? el("blockquote", { lang: "zh-CN" }, el("bdi", {}, marked(row.text, row.spans))) : whole(row),
  source(row), now ? votes(row) : "", earlier(row), decision(row, now),
  now && row.slots && !row.orphan ? drawPicks(row, index) : "",
  now ? tools(row, act) : "");
}

/** What was attached whole: its first page, so that it is known again at a glance. */
function whole(row) {
  const sha = shaOf(row);
  if (!sha || row.original_missing) return "";
  const image = el("img", { class: "thumb", alt: "" });
  picture(image, place(`/pictures/${sha}/1?target=${encodeURIComponent(row.target)}`)).catch(() => image.remove());
  return el("p", { class: "thumbs" }, image);
}

/** Show the picture when it is made. It may be on its way: asked again a few times; where there will
 *  be none, the name speaks for it. */
async function picture(image, url) {
  for (let times = 0; times < 7; times++) {
    if (times) await new Promise((resolve) => setTimeout(resolve, 1200));
    if (times && !image.isConnected) return;
    const told = await fetch(url, { credentials: "same-origin" });
    if (told.status === 200) {
      image.src = url;
      return;
    }
    if (told.status !== 204 || told.headers.get("X-Picture") === "none") break;
  }
  image.remove();
}

/** The start of a file's sum, where the row says of which file it is. */
export function shaOf(row) {
  return row.sha16 || /^f:([0-9a-f]{16})$/.exec(row.file || row.target || "")?.[1] || "";
}

/** What kind of thing a row without text is. */
function kindOf(row) {
  return row.of === "photo" || row.photo ? "card.photo" : "card.whole";
}

function label(row, index) {
  return t("card.label", {
    number: index + 1, all: state.rows.length, decision: verdictOf(row) ? verdictWords(verdictOf(row)) : t("card.undecided"),
    text: short(row.text || row.title || row.path, 60),
  });
}

function top(row, verdict, kept) {
  const stage = row.decision?.state?.stage || row.stage_code || row.stage;
  return el("p", { class: "top" },
    kept ? el("span", { class: "chip plan line" }, t("card.kept"))
      : row.queued ? el("span", { class: "chip plan line" }, t("card.queued"))
        : row.saving ? el("span", { class: "chip none" }, t("card.saving"))
          : verdict ? el("span", { class: `chip verdict ${TONES[verdict] || "todo"}` }, verdictWords(verdict))
            : state.view === "search" ? "" : el("span", { class: "chip line todo undecided" }, t("card.undecided")),
    state.view !== "indicator" && row.indicator ? el("span", { class: "chip id", title: indicatorOf(row.indicator)?.wording }, row.indicator) : "",
    stage ? el("span", { class: `chip stage-${stage}` }, named("stage", stage),
      row.decision?.state?.stage ? el("small", {}, t("card.by_human")) : "") : "",
    row.year || row.years?.length ? el("span", { class: "year" }, (row.years?.length ? row.years : [row.year]).map(period).join(t("list.comma")),
      row.year_from ? el("small", {}, named("year_from", row.year_from)) : "") : "",
    row.confidence !== null && row.confidence !== undefined ? el("span", { class: "sure", title: t("card.confidence_hint") },
      t("card.confidence", { value: floor(row.confidence) })) : "",
    (row.flags || []).map((flag) => el("span", { class: "chip plan", title: flag.text }, named("flag", flag.code))),
    row.counts === false && row.why_not ? el("span", { class: "chip none" }, t("card.not_counted", { why: named("why_not", row.why_not) })) : "",
    row.carried ? el("span", { class: `chip line ${row.carried === "reused" ? "plan" : "none"}` }, t(`carried.${row.carried}`)) : "",
    row.text ? "" : el("span", { class: "chip line none" }, t(kindOf(row))),
    row.attached ? el("span", { class: "chip todo" }, t("card.attached")) : row.orphan ? el("span", { class: "chip none" }, t("card.proposed")) : "",
    row.no_longer ? el("span", { class: "chip plan", title: t("card.no_longer_hint") }, t("card.no_longer")) : "",
    row.orphan ? el("span", { class: "chip bad" }, t("card.orphan")) : "",
    row.decision?.alone ? el("span", { class: "chip plan" }, t("alone.chip")) : "",
    row.original_missing ? el("span", { class: "chip bad" }, t("original.missing")) : "",
    row.opened === false && !verdict ? el("span", { class: "unopened", title: t("card.unopened_hint") }, t("card.unopened")) : "");
}

/** Two digits, never more than it is. */
function floor(value) {
  return (Math.floor(value * 100) / 100).toFixed(2);
}

function source(row) {
  const parts = [
    row.title ? el("bdi", { class: "title", lang: "zh-CN" }, row.title) : "",
    row.document_type ? named("document_type", row.document_type) : "", row.number || "", row.dated || "",
  ].filter(Boolean);
  return el("p", { class: "source" }, parts.map((part) => el("span", {}, part)),
    row.place ? el("span", { class: "at" }, row.place) : "",
    el("span", { class: "file" }, said(row.path)),
    row.reason && row.status && row.status !== "read" && !row.photo ? el("span", { class: "chip bad" }, row.reason_text || named("reason", row.reason)) : "",
    row.indicators?.length ? el("span", { class: "chip line none" }, t("search.already", { list: row.indicators.join(t("list.comma")) })) : "");
}

function votes(row) {
  const themes = (row.themes || []).map((one) => `${one.name} ${floor(one.strength)}`);
  if (!row.voters?.length && !themes.length && !row.reading_confidence) return "";
  return el("p", { class: "votes" }, el("b", {}, t("card.voted")), (row.voters || []).map((voter) => said(voter, "span")),
    row.reading_confidence ? el("span", {}, t("card.read_by_machine", { value: floor(row.reading_confidence) })) : "");
}

function earlier(row) {
  if (!row.earlier) return "";
  return el("p", { class: "small soft" }, t("card.earlier", {
    verdict: named("evidence", row.earlier.verdict), by: row.earlier.by, at: clock(row.earlier.at) }));
}

function decision(row, now) {
  const { decision: made } = row;
  if (!made) return "";
  const { verdict, reason, moved_to: moved } = made.state || {};
  const told = [
    reason ? (reason === "moved" && moved ? t("card.moved_to", { indicator: [moved, slotWords(made.state.slots, moved)].filter(Boolean).join(" ") }) : named("reason", reason)) : "",
    verdict === "accepted" && !(now && row.slots) ? confirms(row) : "",
    verdict || made.note ? t("card.by", { by: made.by, at: clock(made.at) }) : "",
  ].filter(Boolean);
  return el("div", { class: "made" }, told.length ? el("p", {}, told.join(" · ")) : "",
    made.note ? el("p", { class: "note" }, el("b", {}, t("card.note")), el("bdi", {}, made.note)) : "");
}

/** Which requirements an accepted card confirms. */
function confirms(row) {
  const slots = (row.slots || []).filter((slot) => slot.accepted);
  return slots.length ? t("card.confirms", { list: slotWords(slots.map((slot) => [slot.requirement, slot.period]), row.indicator) }) : t("card.confirms_none");
}

function tools(row, act) {
  const offers = state.view === "search" ? FINDS : state.view === "sample" ? SAMPLED : row.orphan ? ACTIONS.filter(([key]) => key === "n") : ACTIONS;
  return el("div", { class: "actions", role: "group", "aria-label": t("card.actions") },
    offers.map(([key, name]) => el("button", { type: "button", class: `act-${name}`, "aria-keyshortcuts": key, onclick: () => act.run(key) },
      t(`act.${name}`), el("kbd", { "aria-hidden": "true" }, key))),
    act.unmask && /\*/.test(row.text || "") ? el("button", { type: "button", class: "plain", onclick: () => act.unmask(row) }, t("unmask.open")) : "");
}
