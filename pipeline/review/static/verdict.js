// The human's verdict on an indicator, with points and a note.

import * as api from "./api.js";
import { conflict } from "./conflict.js";
import { saves } from "./dialogs.js";
import { clock, el } from "./dom.js";
import { verdictTone } from "./left.js";
import { announce, can, page } from "./start.js";
import { openIndicator, place, refreshSoon, state } from "./state.js";
import { named, t } from "./words.js";

export const VERDICTS = ["met", "partly", "not_met", "site", "na"];

/** Whether a human enters points for it: up to its points, or what is taken off. */
export function scored(one) {
  return typeof one.points === "number" || typeof one.deducts === "number" || one.deducts === true;
}

/** The human's verdict. Nothing is chosen or filled in beforehand but what a human saved. */
export function verdictForm(one) {
  const told = one.verdict?.state || {};
  const name = `verdict.${one.id}`;
  const typed = read(name);
  const chosen = typed.verdict ?? told.verdict ?? "";
  const closed = !can("decide", state.unit) || state.unit.handed_in;
  const note = el("textarea", { name: "note", rows: 1, maxlength: 4000, placeholder: t("verdict.note_hint"), "aria-label": t("verdict.note"),
    value: typed.note ?? one.verdict?.note ?? "" });
  const points = el("input", { name: "points", type: "number", min: 0, max: one.deducts ? null : one.points, step: "any",
    inputmode: "decimal", value: typed.points ?? told.points ?? "", "aria-label": t(one.deducts ? "verdict.deducted" : "verdict.points") });
  const despite = el("label", { class: "choice despite", hidden: true }, el("input", { type: "checkbox", name: "despite", checked: told.despite_unread === true }),
    el("span", {}, t("verdict.despite", { count: state.unit.unread?.length || 0 })));
  const wrong = el("p", { class: "wrong", role: "alert", hidden: true });
  const save = el("button", { type: "submit", class: "main", disabled: closed }, t("verdict.save"));
  const saved = el("p", { class: "small soft", id: "verdict-saved" }, savedWords(one));
  const parts = { points, note, despite, wrong, save, saved, name, sure: false, busy: false };
  const node = el("form", { class: "verdict", novalidate: true, "aria-label": t("verdict.title") },
    el("fieldset", { disabled: closed }, el("legend", { class: "sr" }, t("verdict.title")),
      el("div", { class: "five" }, VERDICTS.map((code) => el("label", { class: `pick ${verdictTone(code)}` },
        el("input", { type: "radio", name: "verdict", value: code, checked: code === chosen }), el("span", {}, named("verdict", code)))))),
    scored(one) ? el("label", { class: "points" }, el("span", {}, t(one.deducts ? "verdict.deducted" : "verdict.points")), points,
      el("span", {}, one.deducts ? t("verdict.unbounded") : `/ ${one.points}`)) : "",
    note, despite, wrong, save, saved);
  const check = () => { despite.hidden = !(state.unit.unread?.length && node.elements.verdict.value === "not_met"); };
  node.addEventListener("keydown", (event) => {
    if (saves(event)) node.requestSubmit();
    // Out of the field, and back to the evidence with the next press.
    else if (event.key === "Escape" && !event.isComposing && event.target.matches("textarea, [type=number]")) save.focus();
  });
  node.addEventListener("input", () => {
    check();
    // What was asked about the open evidence was asked of what was chosen then.
    parts.sure = false;
    save.textContent = t("verdict.save");
    wrong.hidden = true;
    api.draft(name, JSON.stringify({ verdict: node.elements.verdict.value || undefined, points: points.value, note: note.value }));
  });
  check();
  node.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(one, node, parts);
  });
  return node;
}

function savedWords(one) {
  const told = one.verdict?.state;
  if (!told?.verdict) return t("verdict.none");
  return [t("verdict.saved", { verdict: named("verdict", told.verdict), by: one.verdict.by, at: clock(one.verdict.at) }),
    typeof told.proposed === "number" && told.proposed > 0 ? t("verdict.then", { decided: told.decided, all: told.proposed }) : ""].filter(Boolean).join(" · ");
}

function read(name) {
  try {
    return JSON.parse(api.draft(name)) || {};
  } catch {
    return {};
  }
}

async function submit(one, node, parts) {
  const { points, note, despite, wrong, save, saved, name } = parts;
  const fail = (text, field) => {
    wrong.textContent = text;
    wrong.hidden = false;
    field?.focus();
  };
  // The button keeps the focus: it is not disabled while it waits.
  if (parts.busy) return undefined;
  wrong.hidden = true;
  const verdict = node.elements.verdict.value;
  if (!verdict) return fail(t("verdict.choose"), node.elements.verdict[0]);
  if (!points.validity.valid) return fail(one.deducts ? t("verdict.points_deducted_wrong") : t("verdict.points_wrong", { points: one.points }), points);
  if (!despite.hidden && !node.elements.despite.checked) return fail(t("verdict.despite_missing"), node.elements.despite);
  const subject = `verdict:${one.id}`;
  if (api.isWaiting(subject)) return fail(t("wait.same"));
  const body = { version: one.verdict?.version || 0, indicator: one.id, verdict, points: points.value === "" ? null : Number(points.value),
    note: note.value, despite_unread: node.elements.despite.checked && !despite.hidden, despite_open: parts.sure };
  parts.busy = true;
  saved.textContent = t("card.saving");
  try {
    const told = await api.write(place("/verdict"), body, subject);
    api.draft(name, "");
    one.verdict = { state: told.state, version: told.entry.version, by: told.entry.by || page.me.name, at: told.entry.at, note: note.value };
    saved.textContent = savedWords(one);
    parts.sure = false;
    save.textContent = t("verdict.save");
    announce(t("verdict.done", { verdict: named("verdict", verdict) }));
    refreshSoon();
  } catch (error) {
    saved.textContent = `${t("card.not_saved")} ${one.verdict ? savedWords(one) : ""}`;
    if (error.code === "unread_stands") despite.hidden = false;
    if (error.code === "evidence_open") {
      // Not refused: asked. The same button, pressed once more, says that it is meant.
      parts.sure = true;
      save.textContent = t("verdict.save_anyway");
      return fail(error.message, save);
    }
    if (error.status !== 409) return fail(error.message, error.code === "unread_stands" ? node.elements.despite : null);
    one.verdict = { ...error.body.theirs, version: error.body.version };
    parts.busy = false;
    if (await conflict("verdict", { verdict, points: body.points, note: body.note }, error.body)) return submit(one, node, parts);
    api.draft(name, "");
    await openIndicator(one.id);
  } finally {
    parts.busy = false;
  }
  return undefined;
}
