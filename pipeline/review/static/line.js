// What waits to be saved, and how the line is; what was sent late is told.

import * as api from "./api.js";
import { at, put, el } from "./dom.js";
import { conflict } from "./conflict.js";
import { announce } from "./start.js";
import { tell, state } from "./state.js";
import { t } from "./words.js";

export function wireLine(reload) {
  const line = at("line");
  api.on("line", (count, down) => {
    const was = line.hidden;
    line.hidden = !count || !down;
    if (!line.hidden) put(line, el("b", {}, t("line.kept", { count })), t("line.kept_next"));
    else if (!was) announce(t("line.back"));
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
