// The chain of a unit or of the office, as it was appended, and whether it still holds.

import * as api from "./api.js";
import { at, clock, el, put } from "./dom.js";
import { announce, can, page, run } from "./start.js";
import { named, t } from "./words.js";

let unit = page.unit || new URLSearchParams(location.search).get("unit") || "";

run(async () => {
  const told = await api.get("/api/units").catch(() => []);
  const units = Array.isArray(told) ? told : told.units;
  const office = can("accounts") || can("audit");
  if (!unit && !can("accounts") && units.length) unit = units[0].id;
  const chosen = el("select", { id: "which", onchange: (event) => { unit = event.target.value; show(); } },
    office ? el("option", { value: "" }, t("audit.office")) : "", units.map((one) => {
      const option = el("option", { value: one.id }, one.label);
      option.selected = one.id === unit;
      return option;
    }));
  put(at("content"), el("div", { class: "rowform" }, el("label", { class: "field" }, el("span", {}, t("audit.which")), chosen),
    el("button", { type: "button", class: "main", id: "verify", onclick: verify }, t("audit.verify"))),
  el("div", { id: "checked", role: "status" }), el("div", { id: "chain" }));
  at("content").removeAttribute("aria-busy");
  await show();
});

function base() {
  return unit ? `/api/units/${encodeURIComponent(unit)}` : "/api";
}

async function show() {
  put(at("checked"));
  at("verify").hidden = !unit;
  const rows = el("tbody", {});
  const more = el("p", {});
  put(at("chain"), el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": t("audit.title") }, el("table", { class: "chain" }, el("thead", {}, el("tr", {},
    ["seq", "at", "by", "kind", "state", "subject", "note", "hash"].map((key) => el("th", { scope: "col" }, t(`audit.${key}`))))), rows)), more);
  await next(rows, more, 0);
}

async function next(rows, more, after) {
  try {
    const told = await api.get(`${base()}/audit?after=${after}&limit=200`);
    rows.append(...told.entries.map(entry));
    if (!rows.children.length) rows.append(el("tr", {}, el("td", { colspan: 8, class: "soft" }, t("audit.none"))));
    put(more, told.next ? el("button", { type: "button", onclick: () => next(rows, more, told.next) }, t("audit.more")) : "");
  } catch (error) {
    put(more, el("span", { class: "wrong" }, error.message || t("line.down")));
  }
}

const TONES = { accepted: "good", attached: "good", moved_here: "good", rejected: "bad", moved: "bad", unsure: "plan", undone: "plan", undecided: "plan", verdict: "todo", points: "todo" };

/** What happened in words of the server, which knows what stood before. */
function entry(row) {
  return el("tr", {}, el("td", { class: "number" }, row.seq), el("td", {}, clock(row.at)), el("td", {}, el("bdi", {}, row.by || "")),
    el("td", {}, el("span", { class: `chip ${TONES[row.what] || "none"}` }, named("kind", row.kind))), el("td", {}, el("bdi", {}, row.words || "")),
    el("td", { class: "mono" }, row.subject || "–"), el("td", {}, el("bdi", {}, row.note || "")), el("td", { class: "mono" }, (row.hash || "").slice(0, 12)));
}

async function verify() {
  const button = at("verify");
  button.disabled = true;
  try {
    const told = await api.get(`${base()}/verify`);
    put(at("checked"), told.bad ? el("p", { class: "wrong" }, t("audit.bad", { seq: told.bad.seq, why: told.bad.words || told.bad.text || told.bad.why }))
      : told.withheld ? el("p", { class: "told" }, told.words)
      : el("p", { class: "told" }, t("audit.good", { count: told.count }), " ", el("code", {}, typeof told.head === "string" ? told.head : told.head?.hash || "")));
  } catch (error) {
    announce(error.message || t("line.down"), true);
  } finally {
    button.disabled = false;
  }
}
