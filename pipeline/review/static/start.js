// What every page does first: the words, who is here, the strip on top, a visit that ended.

import * as api from "./api.js";
import { at, el, put } from "./dom.js";
import { learn, t } from "./words.js";
import { ask, close } from "./dialogs.js";

export const page = { unit: document.body.dataset.unit || "", name: document.body.dataset.page || "", me: null };

/** Words and visitor; wires language and logout. */
export async function start() {
  const [words, me] = await Promise.all([api.get("/api/words"), api.get("/api/me")]);
  learn(words);
  page.me = me;
  api.on("login", loginAgain);
  api.on("closed", accountClosed);
  api.belongsTo(me.name);
  wireLanguage();
  at("logout")?.addEventListener("submit", logout);
  return page;
}

/** Run the page and put what goes wrong into words. */
export async function run(main) {
  try {
    await start();
    await main(page);
  } catch (error) {
    failed(error);
    if (!(error instanceof api.Refused || error instanceof api.Offline)) throw error;
  }
}

/** A whole page that cannot be shown: what is wrong, what to do, and a way to try again. */
export function failed(error) {
  const target = at("main");
  const [said, ...todo] = (error instanceof api.Offline || error instanceof api.Refused ? error.message : "").split("\n");
  // Of a room, the other parts would go on saying that they are being read.
  if (at("room")) at("room").dataset.pane = "failed";
  put(target, el("div", { class: "narrow error", role: "alert" },
    el("h1", {}, said || t(error instanceof api.Offline ? "line.down" : "error.unknown")),
    el("p", { class: "next" }, error.body?.next || todo.join(" ") || (error instanceof api.Offline ? t("line.down_next") : t("error.next"))),
    el("div", { class: "tools" },
      el("button", { class: "main", type: "button", onclick: () => location.reload() }, t("again")),
      el("a", { class: "button", href: "/" }, t("home")))));
}

export function can(permission, unit) {
  const given = unit?.permissions || page.me?.permissions || [];
  return given.includes(permission);
}

let live = null;

/** Say it to a screen reader, and show it for a while at the foot of the page. */
export function announce(text, wrong = false) {
  const line = at(wrong ? "alert" : "status");
  if (!line) return;
  line.textContent = "";
  const other = at(wrong ? "status" : "alert");
  if (other) other.textContent = "";
  clearTimeout(live);
  requestAnimationFrame(() => { line.textContent = text; });
  live = setTimeout(() => { line.textContent = ""; }, wrong ? 9000 : 5000);
}

function wireLanguage() {
  for (const button of document.querySelectorAll("[data-language-to]")) {
    button.addEventListener("click", async () => {
      await api.send("/api/language", { language: button.dataset.languageTo });
      location.reload();
    });
  }
}

async function logout(event) {
  const form = event.target;
  event.preventDefault();
  const left = api.kept().length;
  if (left) {
    const sure = await ask({
      title: t("logout.title"), go: t("logout.go"), danger: true,
      body: () => [el("p", { class: "wrong" }, t("logout.kept", { count: left }))],
    });
    if (!sure) return;
  }
  api.forget();
  form.submit();
}

let entering = null;

/** The visit ended: log in here and now, and go on; nothing typed is lost. */
export function loginAgain() {
  entering ??= askLogin().finally(() => { entering = null; });
  return entering;
}

let told = false;

/** Nobody can log in with this account any more: say so once; what was typed is not thrown away. */
function accountClosed(error) {
  if (told) return;
  told = true;
  ask({ title: t("visit.closed"), body: () => [el("p", {}, error.message), api.kept().length ? el("p", { class: "wrong" }, t("visit.closed_kept", { count: api.kept().length })) : ""] });
}

async function askLogin() {
  if (!page.me) {
    location.assign("/login?next=" + encodeURIComponent(location.pathname + location.search));
    return new Promise(() => {});
  }
  if (document.body.dataset.local === "yes" || page.me.role === "local") {
    await ask({ title: t("visit.over"), go: t("again"), firm: true, body: () => [
      el("p", {}, t("visit.over_local")), el("p", { class: "told" }, t("visit.kept"))] });
    return undefined;
  }
  const name = page.me.name;
  await ask({
    title: t("visit.over"), go: t("visit.login"), firm: true,
    body: () => [
      el("p", { class: "told" }, t("visit.kept")),
      el("label", { class: "field" }, el("span", {}, t("visit.name")),
        el("input", { name: "name", value: name, autocomplete: "username", required: true })),
      el("label", { class: "field" }, el("span", {}, t("visit.password")),
        el("input", { name: "password", type: "password", autocomplete: "current-password", required: true, autofocus: true }))],
    act: (form) => api.login(form.get("name"), form.get("password")),
  });
  const now = await api.get("/api/me");
  if (now.name !== name) {
    location.reload();
    return new Promise(() => {});
  }
  page.me = now;
  close();
  return undefined;
}
