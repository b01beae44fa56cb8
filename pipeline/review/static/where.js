// Where a passage belongs: an indicator, one of its requirements, a period. For what is attached
// and for what is moved.

import { el, short } from "./dom.js";
import { indicatorSelect } from "./dialogs.js";
import { indicatorOf, state } from "./state.js";
import { period, t } from "./words.js";

const NONE = "-"; // for the indicator alone: confirms no slot

/** The three fields. `row`: what is to be placed; its year is offered first. */
export function whereFields(row, { chosen = "", without = "", label }) {
  const indicator = indicatorSelect(state.unit.groups, { chosen, without });
  const requirement = el("select", { name: "requirement", required: true });
  const when = el("select", { name: "period", required: true });
  const whenField = el("label", { class: "field" }, el("span", {}, t("attach.period")), when);
  const fields = el("div", {}, el("label", { class: "field" }, el("span", {}, label), indicator),
    el("label", { class: "field" }, el("span", {}, t("attach.requirement")), requirement), whenField,
    el("p", { class: "small soft hint" }, t("where.hint")));
  const cells = () => indicatorOf(indicator.value)?.cells || [];
  const asks = () => {
    const seen = [...new Map(cells().map((cell) => [cell.requirement, cell])).values()];
    requirement.replaceChildren(...(seen.length === 1 ? [] : [el("option", { value: "" }, t("choose"))]),
      ...seen.map((cell) => el("option", { value: cell.requirement }, short(cell.wording, 46))), el("option", { value: NONE }, t("attach.any")));
    if (!seen.length && indicator.value) requirement.value = NONE;
    periods();
  };
  const periods = () => {
    const codes = [...new Set(cells().filter((cell) => cell.requirement === requirement.value).map((cell) => cell.period))];
    const years = (row.years?.length ? row.years : [row.year]).map(String);
    const first = codes.find((code) => years.includes(code));
    when.replaceChildren(...(codes.length === 1 ? [] : [el("option", { value: "" }, t("choose"))]), ...codes.map((code) => el("option", { value: code }, period(code))));
    if (first) when.value = first;
    whenField.hidden = !codes.length;
    when.disabled = !codes.length;
  };
  indicator.addEventListener("change", asks);
  requirement.addEventListener("change", periods);
  asks();
  return fields;
}

/** What was chosen: {indicator, slots}. */
export function whereOf(form) {
  const requirement = form.get("requirement");
  return { indicator: form.get("indicator"), slots: requirement && requirement !== NONE ? [[requirement, form.get("period")]] : [] };
}
