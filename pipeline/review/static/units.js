// The units one may review.

import * as api from "./api.js";
import { at, el, glyph, put } from "./dom.js";
import { ask } from "./dialogs.js";
import { meters } from "./left.js";
import { announce, can, page, run } from "./start.js";
import { t } from "./words.js";

run(async () => {
  const told = await api.get("/api/units");
  const rows = Array.isArray(told) ? told : told.units;
  put(at("content"), rows.length ? el("ul", { class: "unitcards" }, rows.map(unit)) : el("p", { class: "told" }, t("units.none")),
    !page.me.single && (can("read") || can("audit")) ? await tokens() : "");
  at("content").removeAttribute("aria-busy");
});

function unit(row) {
  const base = `/u/${encodeURIComponent(row.id)}`;
  const { progress } = row;
  return el("li", { class: "unitcard" },
    el("h2", {}, el("a", { href: base }, el("bdi", { lang: "zh-CN" }, row.label))),
    el("p", { class: "soft small", lang: "zh-CN" }, row.rubric_title || row.rubric),
    progress ? meters(progress) : "",
    el("p", { class: "foot" },
      row.unread ? el("span", { class: "chip bad" }, glyph("unread"), t("unread.title", { count: row.unread })) : "",
      row.mode === "blind" ? el("span", { class: "chip line todo" }, t("mode.blind")) : "",
      el("a", { href: `${base}/overview` }, t("overview.title"))),
    row.problem ? el("p", { class: "wrong small" }, row.problem.text) : "");
}

/** Keys for reading by a program; a key is shown once. */
async function tokens() {
  let list;
  try {
    list = await api.get("/api/tokens");
  } catch {
    return "";
  }
  const box = el("details", { class: "tokens" }, el("summary", {}, t("tokens.title")), el("p", { class: "lead small" }, t("tokens.lead")),
    el("ul", {}, (list.tokens || list).map((one) => el("li", {}, el("bdi", {}, one.label), " ", el("button", { type: "button", class: "danger", onclick: async (event) => {
      await api.send(`/api/tokens/${one.id}/revoke`, {});
      event.target.closest("li").remove();
      announce(t("tokens.revoked"));
    } }, t("tokens.revoke"))))),
    el("button", { type: "button", onclick: make }, t("tokens.make")));
  return el("section", {}, box);
}

async function make() {
  const told = await ask({
    title: t("tokens.make"), go: t("tokens.make"),
    body: () => el("label", { class: "field" }, el("span", {}, t("tokens.label")), el("input", { name: "label", required: true, maxlength: 64, autofocus: true })),
    act: (form) => api.send("/api/tokens", { label: form.get("label") }),
  });
  if (!told) return;
  await ask({ title: t("tokens.shown"), body: () => [el("p", {}, t("tokens.once")), el("p", { class: "quote mono" }, told.token)] });
  location.reload();
}
