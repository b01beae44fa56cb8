// The chosen indicator: its official wording, what it asks for, the human's verdict, the answers.

import * as api from "./api.js";
import { at, clock, el, glyph, put } from "./dom.js";
import { cellWords, changedWords } from "./left.js";
import { ask } from "./dialogs.js";
import { announce, can } from "./start.js";
import { filterBySlot, indicatorOf, openIndicator, place, refreshSoon, state } from "./state.js";
import { scored, verdictForm } from "./verdict.js";
import { named, period, t } from "./words.js";

let asksOpen = true;

export function drawJudge() {
  const one = state.indicator;
  return [head(one), asked(one), verdictForm(one)];
}

/** For a card of a queue: the indicator it is proposed for, in short. */
export function drawShort(indicator) {
  return el("div", { class: "short" }, el("span", { class: "id" }, indicator.id),
    el("p", { lang: "zh-CN" }, indicator.wording));
}

function head(one) {
  const pieces = one.wording_pieces?.length ? one.wording_pieces : [{ text: one.wording, meant: "" }];
  return el("header", { class: "judge" },
    el("h2", { id: "wording", tabindex: "-1" }, el("span", { class: "id" }, one.id), el("span", { lang: "zh-CN" },
      pieces.map(({ text: piece, meant }) => (meant ? el("span", { class: "sic", title: t("judge.sic", { meant }) }, piece,
        el("small", {}, `〔${t("judge.sic", { meant })}〕`)) : piece)))),
    el("p", { class: "about" },
      scored(one) ? el("span", {}, el("b", {}, t(one.deducts ? "judge.deducts" : "judge.points")),
        one.deducts ? t("judge.deducts_words", { points: one.deducts }) : t("judge.points_words", { points: one.points })) : "",
      one.methods?.length ? el("span", {}, el("b", {}, t("judge.methods")), one.methods.map((method) => named("method", method)).join(t("list.comma"))) : "",
      el("span", { id: "proposal" }, proposal(one)),
      one.again ? el("span", { class: "chip plan" }, t("again.chip")) : "",
      one.verdict?.alone ? el("span", { class: "chip plan" }, t("alone.chip")) : ""),
    one.why ? el("p", { class: "why" }, one.why.text || one.why) : "",
    one.changed ? el("p", { class: "told small" }, changedWords(one.changed)) : "",
    one.earlier ? el("p", { class: "told small" }, t("again.earlier", {
      verdict: named("verdict", one.earlier.verdict) || "—", by: one.earlier.by || "", at: clock(one.earlier.at) })) : "");
}

/** What the tool proposes of the indicator; struck out where people made something else of it. */
function proposal(one) {
  if (!one.proposed) return [];
  const revised = one.revised || one.evidence.some(isRevised);
  const words = named("proposed", one.proposed);
  return [el("span", { class: "proposal" }, revised ? el("s", {}, words) : words), // After the next reading, the reasons below say so themselves.
    revised && !one.revised ? el("small", { class: "soft" }, ` ${t("judge.revised")}`) : ""];
}

/** Whether people left of a card something else than the tool proposed. */
function isRevised(card) {
  const made = card.decision?.state;
  if (!made) return false;
  return made.verdict === "rejected" || Boolean(made.stage) || (made.verdict === "accepted" && (card.attached === true
    || (card.slots || []).some((slot) => Boolean(slot.accepted) !== Boolean(slot.proposed))));
}

/** The proposal in the head, after a decision on a card below it. */
export function redrawProposal() {
  if (at("proposal") && state.indicator) put(at("proposal"), proposal(state.indicator));
}

function asked(one) {
  if (!one.requirements?.length) return "";
  const box = el("details", { class: "asked" },
    el("summary", {}, t("judge.requirements", { count: one.requirements.length }),
      el("span", { class: "cells", "aria-hidden": "true" }, one.cells.slice(0, 40).map((cell) => glyph(cell.state)))),
    el("ul", {}, one.requirements.map((requirement) => el("li", {},
      el("p", {}, requirement.link ? el("span", { class: "chip line none" }, named("link", requirement.link)) : "",
        el("span", { lang: "zh-CN" }, requirement.wording),
        el("small", {}, [requirement.mandatory === false ? t("judge.optional") : "", requirement.cadence || "",
          requirement.documents?.length ? t("judge.documents", { list: [requirement.documents].flat().map((code) => named("document_type", code)).join(t("list.comma")) }) : ""]
          .filter(Boolean).join(" · "))),
      el("div", { class: "slots" }, one.cells.filter((cell) => cell.requirement === requirement.id).map(slot))))));
  box.open = asksOpen;
  box.addEventListener("toggle", () => { asksOpen = box.open; });
  return box;
}

/** The cells of the indicator as they are now, while a verdict is being typed below. */
export function redrawAsked() {
  const box = document.querySelector(".asked");
  const now = state.indicator && indicatorOf(state.indicator.id);
  if (!box || !now) return;
  state.indicator.cells = now.cells;
  const held = [...box.querySelectorAll("summary, .slot")].indexOf(document.activeElement);
  const fresh = asked(state.indicator);
  box.replaceWith(fresh);
  fresh.querySelectorAll("summary, .slot")[held]?.focus({ preventScroll: true });
}

function slot(cell) {
  const chosen = state.slot?.requirement === cell.requirement && state.slot?.period === cell.period;
  const answers = (state.indicator.answers || []).filter((one) => one.requirement === cell.requirement && one.period === cell.period);
  return el("button", { type: "button", class: "slot", "aria-pressed": String(chosen), title: cellWords(cell),
    onclick: () => openSlot(cell, answers) },
  glyph(cell.state), el("span", {}, /^\d{4}$/.test(cell.period) ? cell.period : period(cell.period)), el("span", { class: "sr" }, t(`cell.${cell.state}`)), el("small", {}, `${cell.count}/${cell.need}`),
  answers.length ? el("span", { class: "chip line todo" }, t("answer.count", { count: answers.length })) : "");
}

/** One cell: what it lacks, what the unit answered, and a place for a further answer. */
function openSlot(cell, answers) {
  const name = `answer.${state.indicator.id}.${cell.requirement}.${cell.period}`;
  const chosen = state.slot?.requirement === cell.requirement && state.slot?.period === cell.period;
  return ask({
    title: `${period(cell.period)} · ${t(`cell.${cell.state}`)}`, go: can("decide", state.unit) ? t("answer.go") : null,
    body: (_, end) => [
      el("p", { lang: "zh-CN" }, cell.wording), el("p", { class: "soft" }, t("cells.need", { count: cell.count, need: cell.need })),
      el("p", {}, el("button", { type: "button", onclick: () => { filterBySlot(chosen ? null : cell); end(null); } },
        t(chosen ? "slot.all" : "slot.only"))),
      el("h3", {}, t("answer.title")), el("p", { class: "small soft" }, t("answer.kept")),
      answers.length ? el("ul", { class: "answers" }, answers.map((one) => el("li", {}, el("bdi", {}, one.text),
        el("small", { class: "soft" }, ` ${one.by || ""} ${clock(one.at)}`)))) : el("p", { class: "soft" }, t("answer.none")),
      can("decide", state.unit) ? el("label", { class: "field" }, el("span", {}, t("answer.add")), el("textarea", { name: "note", required: true,
        maxlength: 4000, value: api.draft(name), oninput: (event) => api.draft(name, event.target.value) })) : ""],
    act: async (form) => {
      await api.write(place("/answer"), { indicator: state.indicator.id, requirement: cell.requirement, period: cell.period, note: form.get("note") });
      api.draft(name, "");
      announce(t("answer.saved"));
      refreshSoon();
      openIndicator(state.indicator.id);
    },
  });
}
