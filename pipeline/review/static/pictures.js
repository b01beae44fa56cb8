// Pictures where people would rather look: the matrix, the progress, the agreement.

import { el, glyph, short, svg } from "./dom.js";
import { named, period, t } from "./words.js";
import { verdictTone } from "./left.js";

/** The matrix of indicator x period, every cell a sign of its own shape, leading into the room. */
export function matrix(rows, periods, base) {
  const body = [];
  let group = null;
  for (const row of rows) {
    const titles = row.group?.length ? row.group.join(" › ") : t("group.rest");
    if (row.group && titles !== group) {
      group = titles;
      body.push(el("tr", { class: "group" }, el("th", { colspan: periods.length + 3, scope: "rowgroup", lang: "zh-CN" }, titles)));
    }
    const link = `${base}#i=${encodeURIComponent(row.id)}`;
    body.push(el("tr", { class: owes(row) ? "" : "context" }, el("th", { scope: "row" }, el("a", { href: link }, el("span", { class: "id" }, row.id), el("span", { lang: "zh-CN", class: "clamp" }, row.wording))),
      periods.map((one) => cell(row.periods?.[one.id] ?? row.cells?.[one.id])),
      el("td", { class: "number" }, row.evidence ? `${row.decided}/${row.evidence}` : "–", row.added ? el("small", { class: "soft" }, ` ${t("progress.added_short", { count: row.added })}`) : ""),
      el("td", { class: "verdict" }, row.alone ? el("span", { class: "chip line plan" }, t("alone.chip")) : "", row.verdict ? el("span", { class: `chip ${verdictTone(row.verdict)}` }, named("verdict", row.verdict)) : el("span", { class: "soft" }, el("span", { "aria-hidden": "true" }, "—"), el("span", { class: "sr" }, t("overview.open"))))));
  }
  return el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": t("overview.matrix") }, el("table", { class: "matrix" },
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, t("overview.indicator")), periods.map((one) => el("th", { scope: "col", class: "y" }, one.words || period(one.id))),
      el("th", { scope: "col", class: "number" }, t("progress.cards")), el("th", { scope: "col" }, t("verdict.title")))),
    el("tbody", {}, body)));
}

/** Whether anything is owed by the unit, found, or decided: the rest is there to be read. */
function owes(row) {
  return row.owed !== false || row.evidence > 0 || row.verdict;
}

function cell(given) {
  const state = given?.state ?? given;
  if (!state) return el("td", { class: "y" }, glyph("out", t("cell.out")));
  return el("td", { class: "y" }, el("span", { class: `big ${state}` }, glyph(state, t(`cell.${state}`)),
    given.need ? el("small", {}, `${given.count}/${given.need}`) : ""));
}

/** A bar in pieces, with its figures beside it. `parts`: [{code, words, count}] */
export function stacked(label, parts) {
  const all = parts.reduce((sum, part) => sum + part.count, 0);
  let from = 0;
  const bar = svg("svg", { class: "stacked", viewBox: "0 0 600 22", preserveAspectRatio: "none", role: "img",
    "aria-label": `${label}${t("list.colon")}${parts.map((part) => `${part.words} ${part.count}`).join(t("list.comma"))}` },
  svg("rect", { class: "p-rest", x: 0, y: 0, width: 600, height: 22 }),
  parts.filter((part) => part.count).map((part) => {
    const width = (600 * part.count) / all;
    const piece = svg("rect", { class: `p-${part.code}`, x: from, y: 0, width: Math.max(width - 1.5, 0.5), height: 22 });
    from += width;
    return piece;
  }));
  return el("figure", { class: "bars" }, el("figcaption", {}, label), bar, el("ul", { class: "legend" }, parts.map((part) =>
    el("li", {}, svg("svg", { class: "key", viewBox: "0 0 12 12", "aria-hidden": "true" }, svg("rect", { class: `p-${part.code}`, width: 12, height: 12, rx: 2 })),
      part.words, el("b", {}, part.count)))));
}

const FIGURES = ["kappa", "ac1", "positive"];

/** Agreement as dots on a line from -1 to 1, and the same in a table. */
export function agreement(told, wording) {
  const rows = [...(told.rows || []), ...(told.all || told.total ? [{ ...(told.all || told.total), indicator: null }] : [])].filter((row) => row.n || row.unsure);
  if (!rows.length) return el("p", { class: "told" }, t("agreement.none"));
  const at = (value) => 90 + 90 * value;
  const line = 22;
  const height = rows.length * line + 26;
  const drawing = svg("svg", { class: "dots", viewBox: `0 0 270 ${height}`, "aria-hidden": "true" },
    [-1, -0.5, 0, 0.5, 1].map((value) => [svg("path", { class: value ? "thin" : "zero", d: `M${at(value) + 30} 4V${height - 20}` }),
      svg("text", { x: at(value) + 30, y: height - 6, "text-anchor": "middle" }, String(value))]),
    rows.map((row, index) => [
      svg("text", { x: 24, y: index * line + 19, "text-anchor": "end" }, row.indicator || t("agreement.all")),
      FIGURES.map((name, sign) => (typeof row[name] === "number" ? mark(sign, at(row[name]) + 30, index * line + 15) : null)).filter(Boolean)]));
  const table = el("table", {}, el("thead", {}, el("tr", {}, el("th", { scope: "col" }, t("overview.indicator")), el("th", { scope: "col", class: "number" }, "n"), el("th", { scope: "col", class: "number" }, t("agreement.unsure")),
    FIGURES.map((name, sign) => el("th", { scope: "col", class: "number" }, svg("svg", { class: "key", viewBox: "0 0 12 12", "aria-hidden": "true" }, mark(sign, 6, 6)), t(`agreement.${name}`))))),
  el("tbody", {}, rows.map((row) => el("tr", {}, el("th", { scope: "row", lang: "zh-CN", title: wording(row.indicator) },
    row.indicator ? `${row.indicator}　${short(wording(row.indicator), 22)}` : t("agreement.all")), el("td", { class: "number" }, row.n), el("td", { class: "number" }, row.unsure ?? 0),
  FIGURES.map((name) => el("td", { class: "number" }, typeof row[name] === "number" ? row[name].toFixed(2) : t("agreement.undefined")))))));
  return el("div", { class: "agreement" }, el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": t("agreement.title") }, table), el("figure", {}, drawing));
}

function mark(sign, x, y) {
  if (sign === 0) return svg("circle", { class: "d-kappa", cx: x, cy: y, r: 4.2 });
  if (sign === 1) return svg("rect", { class: "d-ac1", x: x - 3.8, y: y - 3.8, width: 7.6, height: 7.6 });
  return svg("path", { class: "d-positive", d: `M${x} ${y - 5}l5 8.6h-10z` });
}
