// The keyboard of the room. Keys are left alone while somebody types, while an input method
// composes, with Ctrl, Alt or Meta, and while a dialog stands open.

import { el } from "./dom.js";
import { ask, isOpen, isTyping } from "./dialogs.js";
import { t } from "./words.js";

export const KEYS = [["j", "next"], ["k", "before"], ["a", "accept"], ["r", "reject"], ["u", "unsure"], ["m", "move"], ["s", "stage"],
  ["n", "note"], ["z", "undo"], ["1–9", "tick"], ["v", "verdict"], ["[ ]", "neighbour"], ["/", "search"], ["?", "help"], ["Esc", "escape"], ["Tab", "tab"]];

/** `acts`: {step(by), act(key), tick(number), verdict, neighbour(by), search, help, escape} */
export function wireKeys(acts) {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.keyCode === 229) return;
    if (event.ctrlKey || event.altKey || event.metaKey || isOpen() || isTyping(event.target)) return;
    const { key } = event;
    if (key === "j") acts.step(1);
    else if (key === "k") acts.step(-1);
    else if (key === "v") acts.verdict();
    // With a Chinese input method these keys give the brackets of its own.
    else if ("[]【】".includes(key)) acts.neighbour("]】".includes(key) ? 1 : -1);
    else if (key === "/") acts.search();
    else if (key === "?") acts.help();
    else if (key === "Escape") acts.escape();
    else if (/^[1-9]$/.test(key)) acts.tick(Number(key));
    else if (key.length === 1 && "arumsnz".includes(key)) { if (!event.repeat) acts.act(key); }
    else return;
    event.preventDefault();
  });
}

export function help() {
  return ask({
    title: t("help.title"),
    body: () => [el("dl", { class: "keys" }, KEYS.map(([key, name]) => [el("dt", {}, el("kbd", {}, key)), el("dd", {}, t(`key.${name}`))])),
      el("p", { class: "small soft" }, t("help.when")), el("h3", {}, t("help.marks")),
      el("ul", { class: "marks" }, el("li", {}, el("mark", { class: "rule" }, t("help.rule_example")), t("help.rule")),
        el("li", {}, el("mark", { class: "model" }, t("help.model_example")), t("help.model")))],
  });
}
