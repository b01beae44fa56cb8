// Blind review: handing in, and what it means; exports of the unit.

import * as api from "./api.js";
import { el } from "./dom.js";
import { ask } from "./dialogs.js";
import { announce, can, page } from "./start.js";
import { loadUnit, place, state } from "./state.js";
import { t } from "./words.js";

/** The foot of the left head: hand-in in blind mode, exports, orphans. */
export function sheetTools(target) {
  const { unit } = state;
  const blind = unit.mode === "blind" && can("decide", unit) && page.me.role === "reviewer";
  target.append(
    unit.orphaned ? el("p", { class: "wrong small" }, t("orphan.count", { count: unit.orphaned }), " ", el("a", { href: `/u/${encodeURIComponent(unit.id)}/overview#orphans` }, t("orphan.where"))) : "",
    unit.mode === "blind" ? el("p", { class: "told small" }, t(unit.late ? "blind.late" : unit.both_in ? "blind.both_in" : unit.handed_in ? "blind.in" : "blind.on")) : "",
    blind && !unit.handed_in && !unit.late ? el("button", { type: "button", class: "hand-in", onclick: handIn }, t("blind.hand_in")) : "",
    can("export", unit) ? el("details", { class: "exports" }, el("summary", {}, t("export.title")),
      el("p", { class: "tools" }, ["html", "xlsx", "json"].map((kind) =>
        el("a", { class: "button", href: place(`/record.${kind}`), download: "" }, t(`export.${kind}`)))),
      el("p", { class: "small soft" }, t("export.head", { seq: unit.head?.seq ?? 0 }), el("code", {}, (unit.head?.hash || "").slice(0, 16)))) : "");
}

async function handIn() {
  const { progress } = state.unit;
  const left = progress.proposed - progress.decided;
  const bare = progress.indicators - progress.verdicts;
  const sure = await ask({
    title: t("blind.hand_in"), go: t("blind.hand_in"),
    body: () => [el("p", {}, t("blind.lead")), left || bare ? el("p", { class: "wrong" }, t("blind.left", { left, bare })) : ""],
    act: () => api.write(place("/hand-in"), {}, "handed_in"),
  });
  if (!sure) return;
  announce(t("blind.done"));
  await loadUnit();
}
