/** What the screens read out of a form's rules to draw a question well; the rules themselves stay in the evaluator. */
import {
  choicesOf, getAnswer, textOf,
  type Expr, type FormState, type Item, type Lang, type Placed,
} from "../../domain/form/index.ts";
import { grouped } from "../../ui/format.ts";
import { readGeopoint } from "../../ui/position.ts";
import { w } from "../../ui/words.ts";
import { r } from "../../ui/words-roles.ts";

/** 说不清, by the rule of all our forms. */
export const CANNOT_SAY = "9";

function isNode(expr: Expr | undefined): expr is [string, ...Expr[]] {
  return Array.isArray(expr);
}

/** Comparisons that must all hold: the parts of an `and`. */
function conditions(expr: Expr | undefined): [string, ...Expr[]][] {
  if (!isNode(expr)) return [];
  return expr[0] === "and" ? expr.slice(1).flatMap((each) => conditions(each)) : [expr];
}

function isSelf(expr: Expr | undefined): boolean {
  return isNode(expr) && expr[0] === ".";
}

function literal(expr: Expr | undefined): number | null {
  if (typeof expr === "number") return expr;
  if (isNode(expr) && expr[0] === "neg") {
    const inner = literal(expr[1]);
    return inner === null ? null : -inner;
  }
  return null;
}

/** Longest text allowed by the constraint, in characters; null when it sets no bound. */
export function lengthLimit(item: Item): number | null {
  for (const [name, left, right] of conditions(item.constraint))
    if (name === "<=" && isNode(left) && left[0] === "string-length" && isSelf(left[1])) return literal(right);
  return null;
}

/** Whether the constraint lets a number be negative: only then is the minus key offered. */
export function allowsNegative(item: Item): boolean {
  for (const [name, left, right] of conditions(item.constraint)) {
    const low = literal(right);
    if ((name === ">=" || name === ">") && isSelf(left) && low !== null) return low < 0;
  }
  return false;
}

const PER_YUAN = /(^|[^万])元/;

/** Sums in yuan are read back in words; the label or the heading of its section says that it is one. */
export function isMoney(item: Item, section: Item): boolean {
  if (item.kind !== "integer" && item.kind !== "decimal") return false;
  return PER_YUAN.test(plain(item.label?.zh)) || PER_YUAN.test(plain(section.label?.zh));
}

function plain(template: unknown): string {
  if (typeof template === "string") return template;
  return Array.isArray(template) ? template.filter((each) => typeof each === "string").join("") : "";
}

/** `data-testid` of a question: `question-<name>`, in a repeat `question-<repeat>-<n>-<name>` from 1. */
export function questionId(placed: Placed): string {
  const { item, repeat } = placed;
  return repeat ? `question-${repeat.name}-${repeat.row + 1}-${item.name}` : `question-${item.name}`;
}

/** Kinds that ask something (the rest is shown or hidden, never answered). */
export function isQuestion(item: Item): boolean {
  return !["group", "repeat", "note", "calculate", "hidden", "start", "end", "today", "audit"].includes(item.kind);
}

/** An answer as words, for 签收; photos are drawn, not said. */
export function answerText(state: FormState, placed: Placed, lang: Lang): string {
  const { item, pointer } = placed;
  const value = getAnswer(state.answers, pointer);
  if (value === "" || item.kind === "image") return "";
  if (item.kind === "audio") return r().record;
  if (item.kind === "select_one" || item.kind === "select_multiple" || item.kind === "rank") {
    const choices = choicesOf(state, pointer);
    const names = value.split(" ").map((each) => {
      const choice = choices.find((one) => one.value === each);
      return choice ? textOf(state, choice.label, lang, pointer) : each;
    });
    if (item.kind === "rank") return names.map((name, i) => `${i + 1}. ${name}`).join(" ");
    return names.join(lang === "zh" ? "、" : ", ");
  }
  if (item.kind === "geopoint") {
    const place = readGeopoint(value);
    return place ? w().located(String(Math.round(place.accuracy))) : value;
  }
  if (item.kind === "acknowledge") return w().yes;
  return item.kind === "integer" || item.kind === "decimal" ? grouped(value) : value;
}
