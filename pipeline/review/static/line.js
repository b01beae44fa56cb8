// What waits to be saved, and how the line is; what was sent late is told.

import * as api from "./api.js";
import { at, put, el } from "./dom.js";
import { conflict } from "./conflict.js";
import { announce } from "./start.js";
import { tell, state } from "./state.js";
import { t } from "./words.js";

/** `reload()` draws anew what stands; `back()` goes on where nothing had to be sent. */
export function wireLine(reload, back) {
  const line = at("line");
  let asking = null;
  let sent = false;
  // The page asks by itself whether the server is there again; a press asks at once.
  const ask = async () => {
    clearTimeout(asking);
    await api.ping();
    if (api.isDown()) asking = setTimeout(ask, 3000);
  };
  api.on("line", (count, why, words = "") => {
    // The server knows better than the page what is the matter, and what is to be done.
    const [said, ...todo] = words.split("\n");
    const was = !line.hidden;
    line.hidden = !why && !(was && count);
    if (why) sent ||= count > 0;
    if (!line.hidden) put(line, el("b", {}, why ? said || t(`line.${why}`) : t("line.up")), count ? el("b", {}, t("line.kept", { count })) : "",
      el("span", {}, why ? [todo.join(""), t(next(why))].filter(Boolean).join(" ") : ""), api.isDown() ? el("button", { type: "button", onclick: () => { api.wakeUp(); ask(); } }, t("again")) : "");
    else if (was) {
      announce(t(sent ? "line.back" : "line.up"));
      if (!sent) back();
      sent = false;
    }
    clearTimeout(asking);
    if (api.isDown()) asking = setTimeout(ask, 3000);
    if (state.rows.length) tell("kept");
  });
  api.on("late", async (item, failed) => {
    if (!failed) announce(t("line.late"));
    else if (failed.status !== 409 || (failed.body.indicator && failed.body.indicator !== item.body.indicator)) announce(failed.message, true);
    else if (await conflict(item.path.endsWith("/verdict") ? "verdict" : "evidence", item.body, failed.body)) {
      await api.write(item.path, { ...item.body, key: undefined, version: failed.body.version }, item.subject).catch((error) => announce(error.message, true));
    }
    reload();
  });
  addEventListener("beforeunload", (event) => { if (api.kept().length) event.preventDefault(); });
}

function next(why) {
  return why === "stopped" && document.body.dataset.local === "yes" ? "line.next_local" : `line.next_${why}`;
}
