// Dialogs: the browser's own <dialog>, so that focus is kept inside, Esc closes and the focus
// returns to where it was.

import { el } from "./dom.js";
import { t } from "./words.js";

let count = 0;

/** Whether a dialog stands open. */
export function isOpen() {
  return document.querySelector("dialog[open]") !== null;
}

export function close() {
  for (const one of document.querySelectorAll("dialog[open]")) one.close();
}

/** Open a dialog. `body(form)` gives its children; `act(FormData, form)` does what it is for and
 *  may throw: its words then stand in the dialog, which stays. Resolves with what `act` returned
 *  (true where there is none), or null where it was closed. `firm`: Esc does not close it. */
export function ask({ title, body, act, go, wide = false, firm = false, keys = null, danger = false }) {
  return new Promise((resolve) => {
    const back = document.activeElement;
    const id = `dialog-${++count}`;
    const wrong = el("p", { class: "wrong", role: "alert", hidden: true });
    const form = el("form", { method: "dialog", novalidate: true });
    const dialog = el("dialog", { class: wide ? "wide" : "", "aria-labelledby": id }, form);
    let result = null;
    const end = (value) => { result = value; dialog.close(); };
    form.append(el("h2", { id }, title), ...[body(form, end) || []].flat(Infinity).filter(Boolean), wrong,
      el("div", { class: "buttons" },
        go ? el("button", { class: danger ? "danger" : "main", type: "submit", name: "go" }, go) : "",
        firm ? null : el("button", { type: "button", onclick: () => dialog.close() }, t(go ? "cancel" : "close"))));
    if (!firm) form.append(el("button", { type: "button", class: "close", "aria-label": t("close"), onclick: () => dialog.close() }, "×"));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const bad = form.querySelector(":invalid");
      if (bad) {
        wrong.textContent = bad.validationMessage;
        wrong.hidden = false;
        bad.focus();
        return;
      }
      const button = form.elements.go;
      if (!go || button?.disabled) return;
      button.disabled = true;
      try {
        end(act ? (await act(new FormData(form), form)) ?? true : true);
      } catch (error) {
        wrong.textContent = error.message || t("line.down");
        wrong.hidden = false;
      } finally {
        button.disabled = false;
      }
    });
    if (firm) dialog.addEventListener("cancel", (event) => event.preventDefault());
    if (keys) dialog.addEventListener("keydown", (event) => {
      if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target)) return;
      if (keys(event.key, end, form)) event.preventDefault();
    });
    dialog.addEventListener("keydown", (event) => {
      if (firm && event.key === "Escape") event.preventDefault();
      if (saves(event)) form.requestSubmit();
      if (chosen(event)) {
        event.preventDefault();
        form.requestSubmit();
      }
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      // What had the focus may have been drawn anew meanwhile: the same thing bears the same id.
      const there = back?.isConnected ? back : back?.id ? document.getElementById(back.id) : null;
      if (!isOpen()) there?.focus({ preventScroll: true });
      resolve(result);
    });
    document.body.append(dialog);
    dialog.showModal();
    (form.querySelector("[autofocus]") || form.querySelector("input:checked")
      || form.querySelector("input, select, textarea, button:not(.close)"))?.focus();
  });
}

/** Ctrl+Enter (⌘ with it on a Mac) in a field of several lines: save. */
export function saves(event) {
  return event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing && event.target.closest("textarea") !== null;
}

/** Enter on a list that is not unfolded: go, as in a field of one line. */
function chosen(event) {
  if (event.key !== "Enter" || event.isComposing || event.repeat || !(event.target instanceof HTMLSelectElement)) return false;
  return !(CSS.supports("selector(:open)") && event.target.matches(":open"));
}

/** Whether keys belong to what has the focus: somebody types there. */
export function isTyping(node) {
  if (!(node instanceof Element)) return false;
  if (node.closest("textarea, select, [contenteditable]")) return true;
  const field = node.closest("input");
  return field !== null && !["radio", "checkbox", "button", "submit"].includes(field.type);
}

/** A choice among a few, by its key, by the arrows or by a click. `offers`: [{code, words, key}] */
export function choices(name, offers, checked) {
  return el("fieldset", {}, offers.map(({ code, words, key }) =>
    el("label", { class: "choice" },
      el("input", { type: "radio", name, value: code, checked: code === checked, required: true }),
      el("span", {}, words), key ? el("kbd", { "aria-hidden": "true" }, key) : "")));
}

/** A select over the indicators of the unit, in their groups. */
export function indicatorSelect(groups, { name = "indicator", chosen = "", without = "" } = {}) {
  return el("select", { name, required: true }, el("option", { value: "" }, t("choose")),
    groups.map((group) => el("optgroup", { label: group.titles.join(" › ") || t("group.rest") },
      group.indicators.filter((one) => one.id !== without).map((one) => {
        const option = el("option", { value: one.id }, `${one.id}　${Array.from(one.wording).slice(0, 44).join("")}`);
        option.selected = one.id === chosen;
        return option;
      }))));
}
