// Where two blind reviewers differ, for the lead to settle; and how far they agree.

import * as api from "./api.js";
import { at, clock, el, marked, put } from "./dom.js";
import { ask, choices } from "./dialogs.js";
import { conflict, side } from "./conflict.js";
import { REASONS } from "./decisions.js";
import { still } from "./original.js";
import { slotWords } from "./picks.js";
import { scored, VERDICTS } from "./verdict.js";
import { agreement } from "./pictures.js";
import { announce, can, run } from "./start.js";
import { loadUnit, place, state } from "./state.js";
import { named, t } from "./words.js";

let words = new Map();

run(async () => {
  await loadUnit();
  words = new Map(state.unit.groups.flatMap((group) => group.indicators).map((one) => [one.id, one]));
  await draw();
  at("content").removeAttribute("aria-busy");
});

async function draw() {
  const told = await api.get(place("/differences"));
  const figures = told.both_in && can("agreement", state.unit) ? await api.get(place("/agreement")).catch(() => null) : null;
  const rows = told.differences || told.rows || [];
  const open = rows.filter((row) => !row.settled?.state).length;
  const single = rows.filter((row) => row.alone && !row.settled?.state).length;
  put(at("content"), mode(),
    told.both_in ? el("section", {}, el("p", { class: "told small" }, t("differences.open_again_over")), el("h2", {}, t("differences.open", { open, all: rows.length })), single ? el("p", { class: "small soft" }, t("differences.alone_lead", { count: single })) : "", rows.length
      ? el("ol", { class: "differences" }, rows.map((row, index) => el("li", {}, difference(row, index)))) : el("p", { class: "told" }, t("differences.none")))
      : state.unit.mode === "blind" ? el("p", { class: "told" }, t("differences.waiting"), told.waiting?.length ? ` ${t("differences.not_in", { names: told.waiting.join(t("list.comma")) })}` : "",
        told.handed_in?.length ? el("ul", { class: "handed" }, told.handed_in.map((one) => el("li", {}, t("differences.handed_in", { by: one.by }), " ",
            el("button", { type: "button", onclick: () => openAgain(one) }, t("differences.open_again"))))) : "",
        el("span", { class: "small soft" }, t("differences.open_again_until"))) : "",
    figures ? el("section", {}, el("h2", {}, t("agreement.title")), el("p", { class: "lead small" }, t("agreement.lead")),
      agreement(figures, (id) => words.get(id)?.wording || "")) : "");
}

function mode() {
  const { unit } = state;
  const set = (code) => async () => {
    try {
      await api.write(place("/mode"), { mode: code }, "mode");
      await loadUnit();
      await draw();
      announce(t(`mode.set_${code}`));
    } catch (error) {
      announce(error.message, true);
    }
  };
  return el("section", { class: "mode" }, el("h2", {}, t("mode.title")),
    el("div", { class: "queues", role: "group", "aria-label": t("mode.title") }, ["shared", "blind"].map((code) =>
      el("button", { type: "button", "aria-pressed": String(unit.mode === code), onclick: unit.mode === code ? () => {} : set(code) }, t(`mode.${code}`)))),
    el("p", { class: "small soft" }, t(`mode.${unit.mode}_hint`)));
}

/** Let a reviewer go on who has handed in: with a reason, which is kept. */
async function openAgain({ seat, by }) {
  const done = await ask({
    title: t("differences.open_again_of", { by }), go: t("differences.open_again"),
    body: () => [el("p", {}, t("differences.open_again_lead")), el("label", { class: "field" }, el("span", {}, t("unmask.reason")),
      el("textarea", { name: "reason", required: true, maxlength: 1000, rows: 3, autofocus: true }))],
    act: (form) => api.write(place("/open-again"), { seat, reason: form.get("reason") }, `open:${seat}`),
  });
  if (!done) return;
  announce(t("differences.opened_again", { by }));
  await draw();
}

function difference(row, index) {
  const card = row.card;
  const indicator = words.get(row.indicator);
  return el("article", { class: row.settled?.state ? "difference settled" : "difference", "aria-labelledby": `difference-${index}` },
    el("h3", { id: `difference-${index}` }, el("span", { class: "id" }, row.indicator), " ", el("span", { lang: "zh-CN" }, indicator?.wording || "")),
    el("p", { class: "small soft" }, row.alone && !row.settled?.state ? [el("span", { class: "chip plan" }, t("alone.chip")), " "] : "",
      t(row.views.length === 1 ? (row.kind === "verdict" ? "differences.alone_verdict" : row.card?.attached ? "differences.alone_attached" : "differences.alone_evidence")
        : row.kind === "verdict" ? "differences.verdict" : "differences.evidence")),
    card ? [el("blockquote", { lang: "zh-CN" }, el("bdi", {}, card.text ? marked(card.text, card.spans) : card.title || card.path)),
      el("p", { class: "small soft" }, el("bdi", { lang: "zh-CN" }, card.title || card.path), " ", card.place || "")] : "",
    el("div", { class: "sides" }, row.views.map((view) => side(view.by || view.name || t("differences.reviewer"), row.kind,
      { indicator: row.indicator, ...(view.state || {}), note: view.note }, clock(view.at)))),
    row.settled?.state ? el("p", { class: "told small" }, t("differences.settled", { verdict: named(row.kind, row.settled.state.verdict), by: row.settled.by || "", at: clock(row.settled.at) }),
      settledMore(row)) : "",
    el("p", { class: "tools" }, el("a", { class: "button", href: `/u/${encodeURIComponent(state.unit.id)}#i=${encodeURIComponent(row.indicator)}${row.target ? `&t=${encodeURIComponent(row.target)}` : ""}` },
      t("differences.look")), el("button", { type: "button", class: row.settled?.state ? "" : "main", onclick: () => settle(row, indicator) }, t(row.settled?.state ? "differences.again" : "differences.settle"))));
}

/** The lead's reason, points and note, for those who read it later. */
function settledMore(row) {
  const { state: said, note } = row.settled;
  return [typeof said.points === "number" ? ` · ${t("verdict.points")} ${said.points}` : "", said.reason ? ` · ${named("reason", said.reason)}` : "",
    said.slots?.length ? ` · ${t("card.confirms", { list: slotWords(said.slots, row.indicator) })}` : "",
    note ? el("span", { class: "note" }, el("b", {}, t("card.note")), " ", el("bdi", {}, note)) : ""];
}

async function settle(row, indicator) {
  const verdict = row.kind === "verdict";
  const offers = (verdict ? VERDICTS : ["accepted", "rejected", "unsure"]).map((code) => ({ code, words: named(row.kind, code) }));
  // The lead, too, decides with the original before the eyes.
  const original = verdict ? "" : await still({ target: row.target, indicator: row.indicator }).catch((error) => el("p", { class: "wrong" }, error.message));
  const done = await ask({
    title: t("differences.settle"), go: t("differences.go"), wide: !verdict,
    body: (form) => {
      const reason = el("label", { class: "field", hidden: true }, el("span", {}, t("conflict.reason")), el("select", { name: "reason" },
        el("option", { value: "" }, t("choose")), REASONS.map((code) => el("option", { value: code }, named("reason", code)))));
      const slots = verdict ? "" : slotBoxes(row);
      if (!verdict) form.addEventListener("change", () => {
        const chosen = form.elements.verdict.value;
        reason.hidden = chosen !== "rejected";
        form.elements.reason.required = chosen === "rejected";
        if (slots) slots.hidden = chosen !== "accepted";
      });
      return [original, choices("verdict", offers), verdict ? "" : reason, slots,
        verdict && indicator && scored(indicator) ? el("label", { class: "field" }, el("span", {}, t("verdict.points")),
          el("input", { name: "points", type: "number", min: 0, max: indicator.deducts ? null : indicator.points, step: "any" })) : "",
        verdict && state.unit.unread?.length ? el("label", { class: "choice" }, el("input", { type: "checkbox", name: "despite" }), el("span", {}, t("verdict.despite", { count: state.unit.unread.length }))) : "",
        el("label", { class: "field" }, el("span", {}, t("note.field")), el("textarea", { name: "note", maxlength: 4000 }))];
    },
    act: (form) => send(row, form, verdict),
  });
  if (!done) return;
  announce(t("differences.saved"));
  await draw();
}

/** Which slots the passage is to confirm: those that a reviewer confirmed by it are ticked. */
function slotBoxes(row) {
  const said = row.views.flatMap((view) => (view.state?.verdict === "accepted" ? view.state.slots || [] : []));
  const known = (row.card?.slots || []).map((slot) => [slot.requirement, slot.period]);
  const all = [...new Map([...known, ...said].map((slot) => [JSON.stringify(slot), slot])).keys()];
  const ticked = new Set(said.length ? said.map((slot) => JSON.stringify(slot)) : all);
  return all.length ? el("fieldset", { class: "picks", hidden: true }, el("legend", {}, t("picks.settle")), all.map((slot) => el("label", { class: "choice" },
    el("input", { type: "checkbox", name: "slot", value: slot, checked: ticked.has(slot) }), el("span", { lang: "zh-CN" }, slotWords([JSON.parse(slot)], row.indicator, 40))))) : "";
}

async function send(row, form, verdict) {
  const chosen = form.get("verdict");
  const own = verdict ? { points: form.get("points") ? Number(form.get("points")) : null, despite_unread: form.get("despite") === "on" }
    : { reason: chosen === "rejected" ? form.get("reason") : null, stage: null, moved_to: null, slots: chosen === "accepted" ? form.getAll("slot").map((slot) => JSON.parse(slot)) : [] };
  const body = { version: row.version || 0, kind: row.kind, indicator: row.indicator, verdict: chosen, note: form.get("note"), ...own };
  if (row.target) body.target = row.target;
  try {
    return await api.write(place("/settle"), body, `settle:${row.kind}|${row.indicator}|${row.target}`);
  } catch (error) {
    if (error.status !== 409) throw error;
    if (!(await conflict(row.kind, { verdict: chosen, ...own, note: body.note }, error.body))) return true;
    return api.write(place("/settle"), { ...body, version: error.body.version }, `settle:${row.kind}|${row.indicator}|${row.target}`);
  }
}
