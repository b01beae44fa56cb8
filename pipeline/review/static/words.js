// The words of the page, in the language of the visit. They come from the server's catalogues.

let words = {};

export function learn(given) {
  words = given || {};
}

/** The words of that key, filled. A key without words is shown as it is: a defect one can see. */
export function t(key, fill) {
  const text = words[`ui.${key}`];
  if (text === undefined) return key;
  return fill ? text.replace(/\{(\w+)\}/g, (whole, name) => (name in fill ? String(fill[name]) : whole)) : text;
}

export function has(key) {
  return `ui.${key}` in words;
}

/** The word of a code (`stage.plan`, `reason.slogan`), or what was given where it is words already. */
export function named(kind, code) {
  if (code === null || code === undefined || code === "") return "";
  return words[`${kind}.${code}`] ?? words[`ui.${kind}.${code}`] ?? String(code);
}

/** A period as people say it: 2024 -> 2024 年; 2024H1, 2024Q3, 2022-2024, 2024-10-31 too. */
export function period(code) {
  const text = String(code ?? "");
  let found = /^(\d{4})$/.exec(text);
  if (found) return t("period.year", { year: found[1] });
  found = /^(\d{4})([HQ])(\d)$/.exec(text);
  if (found) return t(`period.${found[2]}${found[3]}`, { year: found[1] });
  found = /^(\d{4})-(\d{4})$/.exec(text);
  if (found) return t("period.span", { first: found[1], last: found[2] });
  found = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  return found ? t("period.by", { date: text }) : text;
}
