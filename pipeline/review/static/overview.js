// The overview of a unit: pictures, and what came over from last year's run.

import * as api from "./api.js";
import { at, el, put } from "./dom.js";
import { legend } from "./left.js";
import { agreement, matrix, stacked } from "./pictures.js";
import { can, page, run } from "./start.js";
import { place } from "./state.js";
import { named, period, t } from "./words.js";

run(async () => {
  const [told, earlier] = await Promise.all([api.get(place("/overview")), api.get(place("/earlier")).catch(() => null)]);
  const periods = told.periods || [...(told.years || [])].sort((one, other) => one.length - other.length || (one < other ? -1 : 1)).map((id) => ({ id, words: period(id) }));
  const words = new Map(told.rows.map((row) => [row.id ?? row.indicator, row.wording]));
  const rows = told.rows.map((row) => ({ id: row.indicator, ...row }));
  put(at("content"),
    el("section", {}, el("h2", {}, t("overview.progress")), progress(told, rows)),
    el("section", {}, el("h2", {}, t("overview.matrix")), el("div", { class: "legendline" }, legend()), matrix(rows, periods, `/u/${encodeURIComponent(page.unit)}`)),
    can("agreement") && told.agreement ? el("section", {}, el("h2", {}, t("agreement.title")), el("p", { class: "lead small" }, t("agreement.lead")),
      agreement(told.agreement, (id) => words.get(id) || "")) : "",
    earlier?.there ? carried(earlier) : "");
  at("content").removeAttribute("aria-busy");
});

function progress(told, rows) {
  const made = told.progress;
  const detailed = typeof made.accepted === "number";
  const verdicts = ["met", "partly", "not_met", "site", "na"].map((code) => ({ code, words: named("verdict", code), count: rows.filter((row) => row.verdict === code).length }));
  const open = rows.length - verdicts.reduce((sum, part) => sum + part.count, 0);
  return el("div", { class: "progress" },
    told.unread ? el("p", { class: "wrong" }, t("overview.unread", { count: told.unread.length ?? told.unread })) : "",
    stacked(t("progress.cards"), [
      ...(detailed ? ["accepted", "rejected", "unsure"].map((code) => ({ code, words: named("evidence", code), count: made[code] })) : [{ code: "accepted", words: t("progress.decided"), count: made.decided }]),
      { code: "rest", words: t("progress.undecided"), count: Math.max(0, made.proposed - made.decided) }]),
    stacked(t("progress.verdicts"), [...verdicts, { code: "rest", words: t("overview.open"), count: open }]));
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
