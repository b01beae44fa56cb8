// Accounts: who may come in, with which role, to which units.

import * as api from "./api.js";
import { at, clock, el, put } from "./dom.js";
import { ask } from "./dialogs.js";
import { announce, failed, page, run } from "./start.js";
import { t } from "./words.js";

const ROLES = ["reviewer", "lead", "auditor", "admin"];
const LEAST = 12;

run(draw);

async function draw() {
  const told = await api.get("/api/accounts");
  const labels = new Map((told.units || []).map((unit) => [unit.id, unit.label]));
  put(at("content"), el("section", {}, el("h2", {}, t("accounts.add")), addForm(told.roles || ROLES)),
    el("section", {}, el("h2", {}, t("accounts.list", { count: told.accounts.length })),
      el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": t("accounts.title") }, el("table", { class: "accounts" },
        el("thead", {}, el("tr", {}, ["name", "role", "units", "since", "do"].map((key) => el("th", { scope: "col" }, t(`accounts.${key}`))))),
        el("tbody", {}, told.accounts.map((account) => row(account, told, labels)))))));
  at("content").removeAttribute("aria-busy");
}

function addForm(roles) {
  const wrong = el("p", { class: "wrong", role: "alert", hidden: true });
  const form = el("form", { class: "rowform", novalidate: true },
    field("accounts.name", el("input", { name: "name", required: true, maxlength: 64, autocomplete: "off" })),
    field("accounts.role", el("select", { name: "role" }, roles.map((role) => el("option", { value: role }, t(`role.${role}`))))),
    field("accounts.password", el("input", { name: "password", type: "password", required: true, minlength: LEAST, maxlength: 256, autocomplete: "new-password" })),
    el("button", { type: "submit", class: "main" }, t("accounts.add_go")));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const bad = form.querySelector(":invalid");
    wrong.hidden = !bad;
    if (bad) {
      wrong.textContent = t(bad.name === "password" ? "accounts.password_short" : "accounts.name_missing", { least: LEAST });
      return bad.focus();
    }
    try {
      await api.send("/api/accounts", Object.fromEntries(new FormData(form)));
      announce(t("accounts.added"));
      return await draw();
    } catch (error) {
      wrong.textContent = error.message || t("line.down");
      wrong.hidden = false;
      return undefined;
    }
  });
  return el("div", {}, form, wrong, el("p", { class: "small soft" }, t("accounts.roles_hint")));
}

function field(key, control) {
  return el("label", { class: "field" }, el("span", {}, t(key)), control);
}

function row(account, told, labels) {
  const own = account.name === page.me.name;
  const granted = (account.units || []).map((unit) => unit.id ?? unit);
  const role = el("select", { "aria-label": t("accounts.role_of", { name: account.name }), disabled: own || Boolean(account.closed),
    onchange: (event) => change(account, "role", { role: event.target.value }) },
  (told.roles || ROLES).map((code) => {
    const option = el("option", { value: code }, t(`role.${code}`));
    option.selected = code === account.role;
    return option;
  }));
  return el("tr", { class: account.closed ? "closed" : "" },
    el("th", { scope: "row" }, el("bdi", {}, account.name), own ? el("small", { class: "soft" }, ` ${t("accounts.you")}`) : "", account.closed ? el("span", { class: "chip none" }, t("accounts.closed")) : ""),
    el("td", {}, role),
    el("td", {}, el("ul", {}, granted.map((id) => el("li", { class: "granted" }, el("bdi", { lang: "zh-CN" }, labels.get(id) || id),
      account.closed ? "" : el("button", { type: "button", class: "plain", "aria-label": t("accounts.withdraw_of", { name: account.name, unit: labels.get(id) || id }),
        onclick: () => change(account, "withdraw", { unit: id }) }, "×")))),
    account.closed ? "" : el("button", { type: "button", class: "plain", onclick: () => grant(account, told.units || [], granted) }, t("accounts.grant"))),
    el("td", { class: "soft" }, clock(account.created).slice(0, 10)),
    el("td", { class: "tools" }, account.closed ? "" : [
      el("button", { type: "button", onclick: () => password(account) }, t("accounts.password_new")),
      own ? "" : el("button", { type: "button", class: "danger", onclick: () => closing(account) }, t("accounts.close"))]));
}

async function change(account, what, body) {
  try {
    await api.send(`/api/accounts/${encodeURIComponent(account.id)}/${what}`, body);
    announce(t("accounts.changed"));
  } catch (error) {
    announce(error.message || t("line.down"), true);
  }
  await draw().catch(failed);
}

async function grant(account, units, granted) {
  const left = units.filter((unit) => !granted.includes(unit.id));
  const id = await ask({
    title: t("accounts.grant_to", { name: account.name }), go: left.length ? t("accounts.grant") : null,
    body: () => (left.length ? el("label", { class: "field" }, el("span", {}, t("accounts.unit")), el("select", { name: "unit" },
      left.map((unit) => el("option", { value: unit.id }, unit.label)))) : el("p", {}, t("accounts.all_granted"))),
    act: (form) => form.get("unit"),
  });
  if (id) await change(account, "grant", { unit: id });
}

async function password(account) {
  await ask({
    title: t("accounts.password_of", { name: account.name }), go: t("accounts.password_new"),
    body: () => [el("p", { class: "small soft" }, t("accounts.ends_visits")),
      el("label", { class: "field" }, el("span", {}, t("accounts.password")), el("input", { name: "password", type: "password", required: true, minlength: LEAST, maxlength: 256, autocomplete: "new-password", autofocus: true }))],
    act: (form) => api.send(`/api/accounts/${encodeURIComponent(account.id)}/password`, { password: form.get("password") }),
  });
}

async function closing(account) {
  const sure = await ask({ title: t("accounts.close_of", { name: account.name }), go: t("accounts.close"), danger: true, body: () => el("p", {}, t("accounts.close_lead")) });
  if (sure) await change(account, "close", {});
}
