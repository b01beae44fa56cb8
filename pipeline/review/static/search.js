// Searching the unit's papers: passages by words, and whole papers or photos by name.

import * as api from "./api.js";
import { at, el, put } from "./dom.js";
import { announce } from "./start.js";
import { openFinds, place, state } from "./state.js";
import { t } from "./words.js";

const KINDS = ["passages", "papers", "photos"];
const kept = { words: "", kind: "passages", papers: null, told: "" };
let typing = null;
let asked = 0;

/** The search field and its list; `found()` draws the rows. */
export function drawSearch(target, found, leave) {
  const list = el("div", { id: "finds" });
  const told = el("p", { class: "small soft", id: "told", role: "status" }, kept.told);
  const field = el("input", { type: "search", id: "words", value: kept.words, autocomplete: "off", spellcheck: "false", maxlength: 200,
    placeholder: t("search.hint"), "aria-label": t("search.field"),
    oninput: (event) => {
      kept.words = event.target.value;
      clearTimeout(typing);
      if (!event.isComposing) typing = setTimeout(() => look(told, found), 220);
    },
    oncompositionend: () => look(told, found),
    onkeydown: (event) => {
      if (event.isComposing) return;
      if (event.key === "Enter" || event.key === "ArrowDown") {
        event.preventDefault();
        clearTimeout(typing);
        look(told, found).then(() => at("card-0")?.focus());
      } else if (event.key === "Escape") {
        event.preventDefault();
        event.stopPropagation();
        leave();
      }
    } });
  const kind = (code) => el("button", { type: "button", "aria-pressed": String(kept.kind === code), onclick: () => {
    kept.kind = code;
    state.rows = [];
    drawSearch(target, found, leave);
    look(at("told"), found);
    at("words").focus();
  } }, t(`search.${code}`));
  put(target, el("div", { class: "searchbar", role: "search" }, el("h2", {}, t("search.title")),
    el("div", { class: "searchrow" }, field, el("button", { type: "button", onclick: leave }, t("search.leave"), el("kbd", { "aria-hidden": "true" }, "Esc"))),
    el("div", { class: "queues", role: "group", "aria-label": t("search.kind") }, KINDS.map(kind)), told), list);
  return list;
}

/** `kind`: what is to be searched, if not what was searched last. */
export function startSearch(kind = null) {
  if (kind) Object.assign(kept, { kind, words: kind === kept.kind ? kept.words : "" });
  openFinds([]);
}

/** What to do where nothing was found. */
export function noFinds() {
  const words = kept.words.trim();
  if (kept.kind === "photos") return t(words ? "search.none_photos" : "photos.none");
  if (kept.kind === "papers") return t("search.none_papers");
  return words ? t("search.none") : t("search.begin");
}

export async function look(told, found) {
  const mine = ++asked;
  const words = kept.words.trim();
  try {
    const rows = kept.kind !== "passages" ? await papers(words, kept.kind === "photos") : words ? await api.get(place(`/search?limit=60&q=${encodeURIComponent(words)}`)) : [];
    if (mine !== asked || state.view !== "search") return;
    openFinds(Array.isArray(rows) ? rows : rows.rows);
    kept.told = state.rows.length ? t("search.told", { count: state.rows.length }) : "";
    told.textContent = kept.told;
    found();
  } catch (error) {
    announce(error.message || t("line.down"), true);
  }
}

async function papers(words, photos) {
  kept.papers ??= await api.get(place("/papers"));
  const list = Array.isArray(kept.papers) ? kept.papers : kept.papers.papers;
  const plain = words.toLowerCase().replace(/\s+/g, "");
  return list.filter((paper) => Boolean(paper.photo) === photos && (paper.target || paper.sha16)).filter((paper) => !plain || `${paper.path} ${paper.title || ""}`.toLowerCase().replace(/\s+/g, "").includes(plain))
    .slice(0, 200).map((paper) => ({ ...paper, target: paper.target || `f:${paper.sha16}`, opened: false }));
}
