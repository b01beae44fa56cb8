// The overview of a unit: pictures, and what came over from last year's run.

import * as api from "./api.js";
import { at, clock, el, put, short } from "./dom.js";
import { changedWords, legend } from "./left.js";
import { agreement, matrix, stacked } from "./pictures.js";
import { can, page, run } from "./start.js";
import { place } from "./state.js";
import { VERDICTS } from "./verdict.js";
import { named, period, t } from "./words.js";

run(async () => {
  const [told, earlier] = await Promise.all([api.get(place("/overview")), api.get(place("/earlier")).catch(() => null)]);
  const periods = told.periods || [...(told.years || [])].sort((one, other) => one.length - other.length || (one < other ? -1 : 1)).map((id) => ({ id, words: period(id) }));
  const words = new Map(told.rows.map((row) => [row.id ?? row.indicator, row.wording]));
  const rows = told.rows.map((row) => ({ id: row.indicator, ...row }));
  const base = `/u/${encodeURIComponent(page.unit)}`;
  put(at("content"),
    el("section", {}, el("h2", {}, t("overview.progress")), progress(told, rows)),
    alone(rows, base), changed(told.changed || [], base), orphans(told.orphans || [], base),
    el("section", {}, el("h2", {}, t("overview.matrix")), el("div", { class: "legendline" }, legend()), matrix(rows, periods, base)),
    can("agreement") && told.agreement ? el("section", {}, el("h2", {}, t("agreement.title")), el("p", { class: "lead small" }, t("agreement.lead")),
      agreement(told.agreement, (id) => words.get(id) || "")) : "",
    earlier?.there ? carried(earlier) : "");
  at("content").removeAttribute("aria-busy");
  if (location.hash) at(location.hash.slice(1))?.scrollIntoView();
});

function progress(told, rows) {
  const made = told.progress;
  const owed = rows.filter((row) => row.owed !== false);
  const verdicts = VERDICTS.map((code) => ({ code, words: named("verdict", code), count: owed.filter((row) => row.verdict === code).length }));
  const open = owed.length - verdicts.reduce((sum, part) => sum + part.count, 0);
  return el("div", { class: "progress" },
    made.added ? el("p", { class: "small soft wide" }, t("progress.added", { count: made.added })) : "",
    told.unread ? el("p", { class: "wrong" }, t("overview.unread", { count: told.unread.length ?? told.unread })) : "",
    stacked(t("progress.cards"), [
      ...["accepted", "rejected", "unsure"].map((code) => ({ code, words: named("evidence", code), count: made[code] })),
      { code: "rest", words: t("progress.undecided"), count: Math.max(0, made.proposed - made.decided) }]),
    stacked(t("progress.verdicts"), [...verdicts, { code: "rest", words: t("overview.open"), count: open }]));
}

/** What only one of the blind reviewers gave: it waits for the lead. */
function alone(rows, base) {
  const open = rows.filter((row) => row.alone);
  const count = open.reduce((sum, row) => sum + row.alone, 0);
  return count ? el("section", { id: "alone", class: "attention" }, el("h2", {}, t("overview.alone", { count })), el("p", { class: "lead small" }, t("overview.alone_lead"), " ",
    el("a", { href: `${base}/differences` }, t("differences.title"))),
    el("ul", {}, open.map((row) => el("li", {}, link(base, { ...row, indicator: row.id }), el("span", { class: "chip plan" }, t("alone.count", { count: row.alone })))))) : "";
}

/** Verdicts that were given before the papers changed. */
function changed(rows, base) {
  return rows.length ? el("section", { id: "changed", class: "attention" }, el("h2", {}, t("overview.changed", { count: rows.length })), el("p", { class: "lead small" }, t("overview.changed_lead")),
    el("ul", {}, rows.map((row) => el("li", {}, link(base, row), el("span", { class: "chip none" }, named("verdict", row.verdict)),
      el("small", { class: "soft" }, t("card.by", { by: row.by, at: clock(row.at) })), el("p", { class: "small" }, changedWords(row)))))) : "";
}

/** What was decided on and is not in the papers any more. */
function orphans(rows, base) {
  return rows.length ? el("section", { id: "orphans", class: "attention" }, el("h2", {}, t("overview.orphans", { count: rows.length })), el("p", { class: "lead small" }, t("overview.orphans_lead")),
    el("ul", {}, rows.map((row) => el("li", {}, link(base, row), el("span", { class: "chip none" }, row.verdict ? named("evidence", row.verdict) : t("orphan.note_only")),
      el("small", { class: "soft" }, [row.stage ? named("stage", row.stage) : "", row.reason ? named("reason", row.reason) : "", t("card.by", { by: row.by, at: clock(row.at) })].filter(Boolean).join(" · ")),
      el("p", {}, el("bdi", { lang: "zh-CN" }, short(row.text || row.path, 120))), row.text ? el("p", { class: "small soft" }, el("bdi", { lang: "zh-CN" }, row.path)) : "",
      row.note ? el("p", { class: "small" }, el("b", {}, t("card.note")), " ", el("bdi", {}, row.note)) : "")))) : "";
}

function link(base, row) {
  // Of an indicator that the rubric has no more there is nothing to open.
  if (row.target === null) return el("b", {}, row.indicator);
  return el("a", { href: `${base}#i=${encodeURIComponent(row.indicator)}${row.target ? `&t=${encodeURIComponent(row.target)}` : ""}` }, el("span", { class: "id" }, row.indicator),
    el("span", { lang: "zh-CN" }, short(row.wording, 40)));
}

function carried(earlier) {
  const counts = earlier.counts || {};
  return el("section", {}, el("h2", {}, t("earlier.title")),
    el("p", { class: "lead" }, t("earlier.lead"), " ", earlier.label ? el("bdi", { lang: "zh-CN" }, earlier.label) : ""),
    stacked(t("earlier.cards"), ["same", "reused", "new", "gone"].map((code) => ({ code, words: t(`carried.${code}`), count: counts[code] || 0 }))),
    earlier.gone?.length ? el("details", { class: "gone" }, el("summary", {}, t("earlier.gone", { count: earlier.gone.length })), el("ul", {}, earlier.gone.map((row) =>
      el("li", {}, el("b", {}, row.indicator), " ", row.verdict ? el("span", { class: "chip none" }, named("evidence", row.verdict)) : "", " ", el("bdi", { lang: "zh-CN" }, row.text || ""),
        el("small", { class: "soft" }, " ", el("bdi", {}, row.path || "")))))) : "");
}
