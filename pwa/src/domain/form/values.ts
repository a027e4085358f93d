/**
 * Values of the rules and how they turn into one another; twin of app/survey/questionnaires/values.py.
 *
 * XPath 1.0 as the ODK engines speak it, with three decisions: a number that is none (blank arithmetic,
 * division by zero) turns into blank text; a date (YYYY-MM-DD) counts as days since 1970-01-01; a single
 * blank answer is "" and false. Text is counted in code points, only ASCII digits are digits. Change
 * nothing here without its twin and the shared cases.
 */

/** A list is what a path through all rows of a repeat gives: the relevant values in order. */
export type Value = string | number | boolean | string[];

const NUMBER = /^-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)$/;
const DAY = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/;
const EDGES = /^[ \t\r\n]+|[ \t\r\n]+$/g;

/** Is there nothing in it but spaces (the full-width one too)? */
export const isBlank = (text: string): boolean => !/[^ \t\r\n\u3000]/.test(text);
/** Without spaces at its ends. */
export const trim = (text: string): string => text.replace(EDGES, "");
export const isNumber = (text: string): boolean => NUMBER.test(text);

/** The value as an answer would hold it. */
export function toText(value: Value): string {
  if (Array.isArray(value)) return value[0] ?? "";
  if (typeof value === "boolean") return value ? "true" : "false";
  return typeof value === "string" ? value : numberText(value);
}

/** The value as a number, NaN where it is none. */
export function toNumber(value: Value): number {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "number") return value;
  const text = trim(toText(value));
  if (NUMBER.test(text)) return Number(text);
  return dayNumber(text) ?? NaN;
}

/** The value as yes or no. */
export function toTruth(value: Value): boolean {
  if (typeof value === "boolean") return value;
  if (typeof value === "number") return value !== 0 && value === value;
  return value.length > 0;
}

/** Decimal digits without exponent; "" for what JSON cannot hold; the shortest that reads back the same. */
export function numberText(number: number): string {
  if (!Number.isFinite(number)) return "";
  if (number === 0) return "0";
  const [digits = "", exponent = "0"] = String(Math.abs(number)).split("e");
  const [whole = "", part = ""] = digits.split(".");
  let figures = whole + part;
  let point = whole.length + Number(exponent);
  if (point <= 0) {
    figures = "0".repeat(1 - point) + figures;
    point = 1;
  }
  figures = figures.padEnd(point, "0");
  const fraction = figures.slice(point).replace(/0+$/, "");
  const text = (figures.slice(0, point).replace(/^0+/, "") || "0") + (fraction ? "." + fraction : "");
  return number < 0 ? "-" + text : text;
}

/** Days since 1970-01-01 of a calendar date (years 1 to 9999), null when it is none. */
export function dayNumber(text: string): number | null {
  const match = DAY.exec(text);
  if (!match) return null;
  const year = Number(match[1]), month = Number(match[2]), day = Number(match[3]);
  if (year < 1) return null;
  const at = new Date(0);
  at.setUTCFullYear(year, month - 1, day);
  if (at.getUTCFullYear() !== year || at.getUTCMonth() !== month - 1 || at.getUTCDate() !== day) return null;
  return at.getTime() / 86_400_000;
}

/** The calendar date of a day number, "" outside the years 1 to 9999. */
export function dayText(days: number): string {
  const at = new Date(days * 86_400_000);
  const year = at.getUTCFullYear();
  return year >= 1 && year <= 9999 ? String(year).padStart(4, "0") + at.toISOString().slice(-20, -14) : "";
}

/** As the ODK web engine rounds: halves away from zero, on the binary number as it is. */
export function roundHalfUp(number: number, places: number): number {
  if (!Number.isFinite(number) || places !== places || Math.abs(places) > 15) return NaN;
  let scale = 1;
  for (let i = Math.abs(Math.trunc(places)); i > 0; i--) scale *= 10;
  if (places < 0) return nearest(number / scale) * scale;
  const scaled = number * scale;
  return Number.isFinite(scaled) ? nearest(scaled) / scale : NaN;
}

function nearest(number: number): number {
  const size = Math.abs(number), low = Math.floor(size), found = size - low < 0.5 ? low : low + 1;
  return number < 0 ? -found : found;
}

/** `= != < <= > >=`; rows of a repeat hold if any of them does. */
export function compare(operator: string, left: Value, right: Value): boolean {
  if (Array.isArray(left) && typeof right !== "boolean") return left.some((item) => compare(operator, item, right));
  if (Array.isArray(right) && typeof left !== "boolean") return right.some((item) => compare(operator, left, item));
  if (operator === "=" || operator === "!=") return same(left, right) === (operator === "=");
  const a = toNumber(left), b = toNumber(right);
  return operator === "<" ? a < b : operator === "<=" ? a <= b : operator === ">" ? a > b : a >= b;
}

function same(left: Value, right: Value): boolean {
  if (typeof left === "boolean" || typeof right === "boolean") return toTruth(left) === toTruth(right);
  if (typeof left === "string" && typeof right === "string") return left === right;
  return toNumber(left) === toNumber(right);
}

/** `+ - * div mod`; NaN where there is no result. */
export function calculate(operator: string, a: number, b: number): number {
  switch (operator) {
    case "+": return a + b;
    case "-": return a - b;
    case "*": return a * b;
    case "div": return b !== 0 ? a / b : NaN;
    default: return b !== 0 ? a % b : NaN;
  }
}

/** The chosen values of a select_multiple. */
export const words = (value: Value): string[] => toText(value).split(/[ \t\r\n]+/).filter(Boolean);

type Single = string | number | boolean;
const members = (values: Value[]): Single[] => values.flatMap((value): Single[] => (Array.isArray(value) ? value : [value]));
const text = (values: Value[], at: number): string => toText(values[at] ?? "");
const number = (values: Value[], at: number): number => toNumber(values[at] ?? "");
const whole = (n: number): number => (Number.isFinite(n) ? Math.trunc(n) : NaN);

function extreme(values: Value[], larger: boolean): number {
  let found = NaN;
  const all = members(values).map(toNumber);
  for (let i = 0; i < all.length; i++) {
    const n = all[i] as number;
    if (n !== n) return NaN;
    if (i === 0 || n > found === larger) found = n;
  }
  return found;
}

function substr(values: Value[]): string {
  const points = Array.from(text(values, 0));
  const place = (n: number): number => {
    if (n !== n) return 0;
    const at = Math.trunc(Math.max(-1e9, Math.min(1e9, n)));
    return Math.max(0, Math.min(points.length, at < 0 ? at + points.length : at));
  };
  return points.slice(place(number(values, 1)), values.length > 2 ? place(number(values, 2)) : points.length).join("");
}

function dateText(values: Value[]): string {
  const day = text(values, 0).slice(0, 10);
  if (dayNumber(day) === null) return "";
  const [year = "", month = "", date = ""] = day.split("-");
  const parts: Record<string, string> = { Y: year, y: year.slice(2), m: month, n: String(Number(month)), d: date, e: String(Number(date)), "%": "%" };
  return text(values, 1).replace(/%([Yymnde%])/g, (_, key: string) => parts[key] as string);
}

/** Whole exponents only, multiplied out, so that both twins come to the same last digit. */
function power(base: number, exponent: number): number {
  if (!Number.isInteger(exponent) || Math.abs(exponent) > 100) return NaN;
  let found = 1;
  for (let i = Math.abs(exponent); i > 0; i--) found *= base;
  return exponent >= 0 ? found : calculate("div", 1, found);
}

function parted(values: Value[], after: boolean): string {
  const given = text(values, 0), mark = text(values, 1);
  const at = given.indexOf(mark);
  return at < 0 ? "" : after ? given.slice(at + mark.length) : given.slice(0, at);
}

function translate(values: Value[]): string {
  const old = Array.from(text(values, 1)), fresh = Array.from(text(values, 2));
  return Array.from(text(values, 0), (char) => (old.includes(char) ? (fresh[old.indexOf(char)] ?? "") : char)).join("");
}

const patterns = new Map<string, RegExp>();

function matches(values: Value[]): boolean {
  const given = text(values, 0);
  const pattern = text(values, 1);
  let compiled = patterns.get(pattern);
  if (!compiled) patterns.set(pattern, (compiled = new RegExp("^" + pattern + "$", "u")));
  return Array.from(given).length <= 200 && compiled.test(given);
}

/** By name; `if`, `today` and `position` need their surroundings and stand in state.ts. */
export const FUNCTIONS: Record<string, (values: Value[]) => Value> = {
  abs: (v) => Math.abs(number(v, 0)),
  boolean: (v) => toTruth(v[0] ?? ""),
  coalesce: (v) => v.find((x) => toText(x) !== "") ?? "",
  concat: (v) => members(v).map(toText).join(""),
  contains: (v) => text(v, 0).includes(text(v, 1)),
  count: (v) => (Array.isArray(v[0]) ? v[0].length : 1),
  "count-non-empty": (v) => members(v).filter((x) => toText(x) !== "").length,
  "count-selected": (v) => words(v[0] ?? "").length,
  date: (v) => (dayNumber(text(v, 0)) === null ? "" : text(v, 0)),
  "ends-with": (v) => text(v, 0).endsWith(text(v, 1)),
  false: () => false,
  int: (v) => whole(number(v, 0)),
  join: (v) => members(v.slice(1)).map(toText).join(text(v, 0)),
  max: (v) => extreme(v, true),
  min: (v) => extreme(v, false),
  "normalize-space": (v) => words(v[0] ?? "").join(" "),
  not: (v) => !toTruth(v[0] ?? ""),
  number: (v) => number(v, 0),
  regex: matches,
  round: (v) => roundHalfUp(number(v, 0), v.length > 1 ? number(v, 1) : 0),
  selected: (v) => words(v[0] ?? "").includes(trim(text(v, 1))),
  "selected-at": (v) => {
    const at = number(v, 1);
    return at >= 0 ? (words(v[0] ?? "")[Math.trunc(at)] ?? "") : "";
  },
  "starts-with": (v) => text(v, 0).startsWith(text(v, 1)),
  string: (v) => text(v, 0),
  "string-length": (v) => Array.from(text(v, 0)).length,
  substr,
  sum: (v) => members(v).reduce<number>((total, x) => total + toNumber(x), 0),
  true: () => true,
  "boolean-from-string": (v) => ["1", "true"].includes(text(v, 0)),
  "format-date": dateText,
  pow: (v) => power(number(v, 0), number(v, 1)),
  sqrt: (v) => Math.sqrt(number(v, 0)),
  "substring-after": (v) => parted(v, true),
  "substring-before": (v) => parted(v, false),
  translate,
};
