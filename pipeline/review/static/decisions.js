// What the keys a r u m s n z do to the current card. One item a time; drawn as saved only when
// the server has said so.

import * as api from "./api.js";
import { el, short } from "./dom.js";
import { ask, choices } from "./dialogs.js";
import { conflict, conflictThere } from "./conflict.js";
import { opening } from "./original.js";
import { confirmed, picked, slotWords, stands } from "./picks.js";
import { announce, can, page } from "./start.js";
import { verdictWords } from "./cards.js";
import { current, loadRecall, place, refreshSoon, state, subjectOf, tell } from "./state.js";
import { whereFields, whereOf } from "./where.js";
import { named, t } from "./words.js";

export const REASONS = ["slogan", "other_campaign", "other_unit", "plan_only", "other_year", "wrong_indicator", "duplicate", "template",
  "received", "not_evidence", "other"];
const REASON_KEYS = "1234567890-";
const STAGES = ["plan", "done", "result"];
const NAMES = { a: "accept", r: "reject", u: "unsure", m: "move", s: "stage", n: "note" };

/** Run the action of a key on the current row. */
export async function act(key) {
  const row = current();
  if (!row) return announce(t(state.rows.length ? "refuse.not_opened" : "refuse.none"), true);
  if (!can("decide", state.unit)) return announce(t("refuse.not_allowed"), true);
  if (state.unit.handed_in) return announce(t("refuse.handed_in"), true);
  if (state.unit.late) return announce(t("blind.late"), true);
  if (row.orphan && key !== "n") return announce(t("refuse.orphan"), true);
  if (api.isWaiting(subjectOf(row))) return announce(t("wait.same"), true);
  if (!row.opened && key !== "z") return opening(row) ? later(row, key) : announce(api.downWords() || t(api.isDown() ? "refuse.down" : "refuse.not_opened"), true);
  if (state.view === "search") return key === "a" ? attach(row) : announce(t("refuse.search"), true);
  if (state.view === "sample") return sampled(row, key);
  const made = row.decision?.state || {};
  if (key === "a") return save(row, { verdict: "accepted", slots: picked(row) });
  if (key === "u") return save(row, { verdict: "unsure" });
  if (key === "r") return reject(row);
  if (key === "m") return move(row);
  if (key === "s") return stage(row, made);
  if (key === "n") return note(row, made);
  return undo(row);
}

/** The original is on its way: the key counts as soon as it is on the screen, and not before. */
function later(row, key) {
  row.queued = key;
  tell("row", row);
  announce(t("queued", { act: t(`act.${NAMES[key]}`) }));
}

/** The original of the row is on the screen (or, `seen` false, will not be): what was asked for. */
export function onceSeen(row, seen) {
  const key = row.queued;
  row.queued = null;
  if (!key) return;
  if (seen && row === current()) act(key);
  else {
    tell("row", row);
    announce(t("queued.lost"), true);
  }
}

function excerpt(row) {
  return el("p", { class: "quote", lang: "zh-CN" }, el("bdi", {}, short(row.text || row.title || row.path, 160)));
}

async function reject(row) {
  const told = await ask({
    title: t("reject.title"), go: t("reject.go"),
    body: () => [excerpt(row), el("p", { class: "small soft" }, t("reject.hint")),
      choices("reason", REASONS.map((code, at) => ({ code, words: named("reason", code), key: REASON_KEYS[at] })), row.decision?.state?.reason)],
    act: (form) => form.get("reason"),
    keys: (key, end) => {
      const at = REASON_KEYS.indexOf(key);
      if (at < 0) return false;
      end(REASONS[at]);
      return true;
    },
  });
  return told && save(row, { verdict: "rejected", reason: told });
}

async function move(row) {
  const told = await ask({
    title: t("move.title", { indicator: row.indicator }), go: t("move.go"),
    body: () => [excerpt(row), whereFields(row, { without: row.indicator, label: t("move.to") }), el("p", { class: "small soft" }, t("move.hint"))],
    act: whereOf,
  });
  return told && save(row, { verdict: "rejected", reason: "moved", moved_to: told.indicator, slots: told.slots });
}

async function stage(row, made) {
  const now = made.stage || row.stage_code || row.stage;
  const told = await ask({
    title: t("stage.title"), go: t("stage.go"),
    body: () => [excerpt(row), choices("stage", STAGES.map((code, at) => ({ code, words: named("stage", code), key: String(at + 1) })), now)],
    act: (form) => form.get("stage"),
    keys: (key, end) => {
      if (!STAGES["123".indexOf(key)]) return false;
      end(STAGES["123".indexOf(key)]);
      return true;
    },
  });
  return told && save(row, { ...kept(row, made), stage: told });
}

async function note(row, made) {
  const name = `note.${subjectOf(row)}`;
  await ask({
    title: t("note.title"), go: t("note.go"),
    body: () => [excerpt(row), el("label", { class: "field" }, el("span", {}, t("note.field")),
      el("textarea", { name: "note", maxlength: 4000, rows: 4, autofocus: true, value: api.draft(name) || row.decision?.note || "",
        oninput: (event) => api.draft(name, event.target.value) })), el("p", { class: "small soft" }, t("note.hint"))],
    act: (form) => { save(row, kept(row, made), form.get("note"), name); },
  });
}

/** What stands already, to be sent again with a change. */
function kept(row, made) {
  const slots = made.verdict === "accepted" ? confirmed(row) : [];
  return { verdict: made.verdict ?? null, reason: made.reason ?? null, stage: made.stage ?? null, moved_to: made.moved_to ?? null, slots };
}

/** Save a decision on a card; a conflict shows both views and may send it again. */
async function save(row, change, note = row.decision?.note || "", draftName = "") {
  const body = { version: row.version || 0, indicator: row.indicator, target: row.target, reason: null, moved_to: null,
    stage: row.decision?.state?.stage ?? null, slots: [], attached: row.attached === true, ...change, note };
  const before = { ...row.decision?.state, note: row.decision?.note || "" };
  const told = await written(row, "/evidence", body, { ...change, note });
  if (!told) return;
  row.decision = { state: told.state, version: told.entry.version, by: told.entry.by || page.me.name, at: told.entry.at, note };
  stands(row, told.state);
  if (draftName) api.draft(draftName, "");
  announce(savedWords(row, before, told.state, change));
  done(row, told);
}

/** What was saved, in words: what was changed, where the decision stays, else the decision. */
function savedWords(row, before, now, change) {
  if (now.reason === "moved" && before.moved_to !== now.moved_to) {
    return t("saved.moved", { where: [now.moved_to, slotWords(change.slots, now.moved_to)].filter(Boolean).join(" ") });
  }
  const same = before.verdict === now.verdict || (!before.verdict && !now.verdict);
  if (same && (before.stage || null) !== now.stage) return t("saved.stage", { stage: named("stage", now.stage) });
  if (same && before.note !== row.decision.note) return t("saved.note");
  if (now.verdict === "accepted") {
    const promised = row.slots?.filter((slot) => slot.accepted && slot.promised).length || 0;
    const count = confirmed(row).length - promised;
    return t(count ? "saved.confirms" : "saved.confirms_none", { count }) + (promised ? t("saved.promised", { count: promised }) : "");
  }
  return t("saved", { decision: named("evidence", now.verdict) || t("card.undecided") });
}

async function undo(row) {
  if (!row.decision) return announce(t("refuse.nothing_to_undo"), true);
  const told = await written(row, "/undo", { version: row.version || 0, indicator: row.indicator, target: row.target }, { verdict: null });
  if (!told) return undefined;
  const stays = told.state && (told.state.verdict || told.state.stage || told.note);
  row.decision = stays ? { state: told.state, version: told.entry.version, by: told.entry.by || page.me.name, at: told.entry.at, note: told.note || "" } : null;
  stands(row, told.state);
  announce(t("undone", { decision: told.state?.verdict ? named("evidence", told.state.verdict) : t("card.undecided") }));
  return done(row, told);
}

function done(row, told) {
  row.version = told.entry.version;
  tell("row", row);
  refreshSoon();
}

/** Write; null where it was not saved, which is said. */
async function written(row, path, body, mine) {
  row.saving = true;
  const asked = api.write(place(path), body, subjectOf(row));
  tell("row", row);
  try {
    return await asked;
  } catch (error) {
    row.saving = false;
    if (error.status !== 409) {
      tell("row", row);
      announce(error.message, true);
      return null;
    }
    const { theirs, indicator } = error.body;
    if (indicator && indicator !== row.indicator) {
      tell("row", row);
      if (await conflictThere(error.body)) tell("go", { indicator, target: row.target });
      return null;
    }
    row.version = error.body.version;
    row.decision = theirs?.state ? { ...theirs, version: error.body.version } : null;
    stands(row, theirs?.state);
    tell("row", row);
    if (!(await conflict("evidence", { indicator: row.indicator, ...mine }, error.body))) return null;
    return written(row, path, { ...body, version: row.version, key: undefined }, mine);
  } finally {
    row.saving = false;
    tell("row", row);
  }
}

async function sampled(row, key) {
  if (key === "z") key = "";
  else if (!"ar".includes(key)) return announce(t("refuse.sample"), true);
  const verdict = { a: "evidence", r: "none" }[key] ?? null;
  const told = await written(row, "/sample", { version: row.version || 0, target: row.target, verdict }, { verdict });
  if (!told) return undefined;
  row.decision = verdict ? { state: { verdict }, by: told.entry.by || page.me.name, at: told.entry.at, note: "" } : null;
  announce(t("saved", { decision: verdict ? verdictWords(verdict) : t("card.undecided") }));
  done(row, told);
  loadRecall().catch(() => {});
  return verdict === "evidence" ? attach(row) : undefined;
}

/** Attach a passage, a whole paper or a photo to a requirement: what the tool missed. */
export async function attach(row) {
  const told = await ask({
    title: t(row.photo ? "attach.title_photo" : row.target.startsWith("f:") ? "attach.title_file" : "attach.title"), go: t("attach.go"),
    body: () => [excerpt(row), whereFields(row, { chosen: state.lastIndicator || "", label: t("attach.indicator") }),
      el("label", { class: "field" }, el("span", {}, t("note.field")), el("textarea", { name: "note", maxlength: 4000, rows: 2 }))],
    act: async (form) => {
      const { indicator, slots } = whereOf(form);
      const version = row.versions?.[indicator] || 0;
      const body = { version, indicator, target: row.target, verdict: "accepted", reason: null, stage: null, moved_to: null, slots, note: form.get("note"), attached: true };
      const told = await api.write(place("/evidence"), body, `${indicator}|${row.target}`).catch((error) => {
        if (error.status !== 409) throw error;
        // It stands there already: say so, and let the reviewer decide whether to change it.
        row.versions = { ...row.versions, [indicator]: error.body.version };
        const { theirs } = error.body;
        throw new Error(t("attach.there", { indicator, by: theirs?.by || "", verdict: named("evidence", theirs?.state?.verdict) || t("card.undecided") }));
      });
      row.versions = { ...row.versions, [indicator]: told.entry.version };
      return { indicator, slots };
    },
  });
  if (!told) return;
  row.indicators = [...new Set([...(row.indicators || []), told.indicator])];
  announce(t("attach.done", { indicator: [told.indicator, slotWords(told.slots, told.indicator)].filter(Boolean).join(" ") }));
  tell("row", row);
  refreshSoon();
}

/** Show what is masked: with a reason, which is kept; what is shown is not. */
export async function unmask(row) {
  const told = await ask({
    title: t("unmask.title"), go: t("unmask.go"),
    body: () => [el("p", {}, t("unmask.lead")), el("label", { class: "field" }, el("span", {}, t("unmask.reason")),
      el("textarea", { name: "reason", required: true, maxlength: 1000, rows: 3, autofocus: true }))],
    act: (form) => api.write(place("/unmask"), { target: row.target, reason: form.get("reason") }),
  });
  if (told?.text) await ask({ title: t("unmask.shown"), body: () => [el("p", { class: "quote tall", lang: "zh-CN" }, el("bdi", {}, told.text)),
    el("p", { class: "small soft" }, t("unmask.logged"))] });
}
