// Talking to the server: nothing is called saved before it has said so.
//
// A write carries a key of its own. Where no answer comes (the line is down, 503), it is kept in
// this tab's sessionStorage and sent again with the same key, so that it counts once and none is
// lost. The order of the writes is kept.

const listeners = { login: null, line: null, late: null, closed: null };
let owner = "";
let sending = null;
let down = ""; // why what was asked last was not answered: stopped, busy
let words = ""; // what the server said of it: a full disk, a database that is gone
let writing = false; // whether it was a write that was not taken
const failing = new Set(); // keys of writes that were tried in vain
const waiting = new Map(); // key -> {resolve, reject} of writes begun by this page

export class Refused extends Error {
  constructor(status, body) {
    super(body?.text || String(status));
    this.status = status;
    this.body = body || {};
    this.code = this.body.error || "";
  }
}

export class Offline extends Error {}

/** on("login", () => Promise), on("late", (write, error|null) => …), on("closed", (Refused) => …): the
 *  account was closed, no login helps; on("line", (kept, why, words) => …) with why it is down:
 *  stopped, busy, login, closed, or "", and the server's own words for it where it gave any */
export function on(name, act) {
  listeners[name] = act;
}

export function belongsTo(name) {
  owner = name;
}

export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function once(method, path, body) {
  const given = { method, credentials: "same-origin", redirect: "error", headers: { Accept: "application/json" } };
  if (body !== undefined) {
    given.headers["Content-Type"] = "application/json";
    given.body = JSON.stringify(body);
  }
  let answer;
  try {
    answer = await fetch(path, given);
  } catch {
    lineIs("stopped", "", method);
    throw new Offline();
  }
  let told = null;
  let bare = false;
  try {
    told = await answer.json();
  } catch {
    bare = true;
  }
  if (answer.status === 503) {
    const text = typeof told?.text === "string" ? told.text : "";
    lineIs("busy", text, method);
    throw Object.assign(new Offline(text), { after: Number(answer.headers.get("Retry-After")) || 2 });
  }
  lineIs("", "", method);
  if (bare && answer.ok) throw new Offline();
  if (!answer.ok) throw new Refused(answer.status, told);
  return told;
}

/** Whether the server answers; a change is told once, and what waits is then sent at once. Where a
 *  write was not taken (a full disk), a page that can be read is no sign that it would be now. */
function lineIs(why, text, method) {
  if (!why && method === "GET" && writing && kept().length) return;
  writing = why === "busy" && method === "POST";
  if (down === why && words === text) return;
  [down, words] = [why, text];
  listeners.line?.(kept().length, down, words);
  if (!down) wakeUp();
}

/** What the server said why it does not answer; "" where it said nothing. */
export function downWords() {
  return words;
}

export function isDown() {
  return down !== "";
}

/** Ask whether the server is there again; its answer does not matter. */
export function ping() {
  return once("GET", "/api/me").catch(() => {});
}

/** Whether the account was closed meanwhile: then nobody logs in again. */
function closed(error) {
  if (error.code !== "account_closed") return false;
  listeners.closed?.(error);
  return true;
}

/** Read. A visit that ended asks for the login first and then reads again. */
export async function get(path) {
  for (;;) {
    try {
      return await once("GET", path);
    } catch (error) {
      if (!(error instanceof Refused && error.status === 401 && listeners.login) || closed(error)) throw error;
      await listeners.login();
    }
  }
}

/** Post what is no decision (login, language, accounts): sent once, never kept. */
export function send(path, body) {
  return once("POST", path, body);
}

/** Log in without leaving the page. The form is the login page's own. */
export async function login(name, password) {
  let answer;
  try {
    answer = await fetch("/login", {
      method: "POST", credentials: "same-origin", redirect: "manual", headers: { Accept: "application/json" },
      body: new URLSearchParams({ name, password, next: "/" }),
    });
  } catch {
    throw new Offline();
  }
  if (answer.ok || answer.type === "opaqueredirect") return;
  throw new Refused(answer.status, await answer.json().catch(() => null));
}

function place() {
  return `zz.queue.${owner}`;
}

export function kept() {
  try {
    return JSON.parse(sessionStorage.getItem(place())) || [];
  } catch {
    return [];
  }
}

function keep(list) {
  if (list.length) sessionStorage.setItem(place(), JSON.stringify(list));
  else sessionStorage.removeItem(place());
}

/** Write a decision. Resolves with the server's answer, rejects with `Refused`; until then it is
 *  not saved. `subject` names what it is about: one write at a time stands for a subject. */
export function write(path, body, subject = "") {
  const item = { path, body: { ...body, key: body.key || newKey() }, subject };
  keep([...kept(), item]);
  const told = new Promise((resolve, reject) => waiting.set(item.body.key, { resolve, reject }));
  pump();
  return told;
}

export function isWaiting(subject) {
  return kept().some((item) => item.subject === subject);
}

/** Whether it was tried in vain, by this page or by one before it. */
export function isHeld(subject) {
  return kept().some((item) => item.subject === subject && (failing.has(item.body.key) || !waiting.has(item.body.key)));
}

/** Send what is kept, one after another; called again whenever the line may be back. */
export function pump() {
  sending ??= run().finally(() => { sending = null; });
  return sending;
}

async function run() {
  let pause = 1;
  for (let list = kept(); list.length; list = kept()) {
    const item = list[0];
    let answer = null;
    let failed = null;
    try {
      answer = await once("POST", item.path, item.body);
    } catch (error) {
      for (const one of kept()) failing.add(one.body.key);
      if (error instanceof Offline) {
        listeners.line?.(list.length, down, words);
        await rest(Math.max(error.after || 0, pause));
        pause = Math.min(pause * 2, 20);
        continue;
      }
      if (error instanceof Refused && error.status === 401 && closed(error)) {
        listeners.line?.(list.length, "closed");
        return;
      }
      if (error instanceof Refused && error.status === 401 && listeners.login) {
        listeners.line?.(list.length, "login");
        await listeners.login();
        continue;
      }
      failed = error;
    }
    pause = 1;
    keep(kept().filter((one) => one.body.key !== item.body.key));
    failing.delete(item.body.key);
    listeners.line?.(kept().length, down, words);
    const asked = waiting.get(item.body.key);
    waiting.delete(item.body.key);
    if (asked) failed ? asked.reject(failed) : asked.resolve(answer);
    else listeners.late?.(item, failed, answer);
  }
}

let wake = null;

function rest(seconds) {
  return new Promise((resolve) => {
    wake = resolve;
    setTimeout(resolve, seconds * 1000);
  });
}

/** Try at once, and not when the pause is over. */
export function wakeUp() {
  wake?.();
}

addEventListener("online", wakeUp);

/** What was typed and not sent, kept for this tab only. */
export function draft(name, text) {
  const key = `zz.draft.${owner}.${name}`;
  if (text === undefined) return sessionStorage.getItem(key) || "";
  if (text) sessionStorage.setItem(key, text);
  else sessionStorage.removeItem(key);
  return text;
}

/** Forget what this tab keeps of this account. */
export function forget() {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith("zz.")) sessionStorage.removeItem(key);
}
