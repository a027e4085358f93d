/**
 * A form with answers: what is relevant and what is calculated; twin of app/survey/questionnaires/state.py.
 *
 * A location is a list of names with row numbers after a repeat's name: ["close", "issues", 0, "issue_text"].
 */
import { dependenciesOf } from "./depends";
import { cell, equality, indexed, listed, type Listed, type ListRow } from "./lists";
import type { Answer, Answers, Expr, Form, FormState, Item, ItemKind, When } from "./types";
import { calculate, compare, FUNCTIONS, isBlank, toNumber, toText, toTruth, type Value } from "./values";

export type Location = (string | number)[];

/** One item of the form at its path. */
export interface Node {
  item: Item;
  path: string[];
  children: Node[];
  /** How many repeats the path runs through, itself included. */
  repeats: number;
}

/** A form with its items by path (`income/inc_wage`). */
export interface Indexed {
  form: Form;
  nodes: Node[];
  byPath: Map<string, Node>;
}

const SILENT_OR_STRUCTURE: ReadonlySet<ItemKind> = new Set<ItemKind>(["group", "repeat", "note", "audit"]);
const indexes = new WeakMap<Form, Indexed>();

/** Does the item hold an answer (given, calculated or filled in)? */
export const isLeaf = (item: Item): boolean => !SILENT_OR_STRUCTURE.has(item.kind);

/** The form's items by path; made once per form. */
export function indexOf(form: Form): Indexed {
  let found = indexes.get(form);
  if (!found) {
    const byPath = new Map<string, Node>();
    const build = (items: Item[], above: string[], repeats: number): Node[] =>
      items.map((item) => {
        const path = [...above, item.name];
        const node: Node = { item, path, children: [], repeats: repeats + (item.kind === "repeat" ? 1 : 0) };
        byPath.set(path.join("/"), node);
        node.children = build(item.items ?? [], path, node.repeats);
        return node;
      });
    found = { form, nodes: build(form.items, [], 0), byPath };
    indexes.set(form, found);
  }
  return found;
}

/** `/close/issues/0/issue_text` as a location; a step of digits is a row. */
export const locationOf = (pointer: string): Location =>
  pointer.split("/").slice(1).map((step) => (/^[0-9]+$/.test(step) ? Number(step) : step));

/** The JSON Pointer of a location. */
export const pointerOf = (location: Location): string => location.map((step) => "/" + step).join("");

/** The path of a location, rows left out. */
export const pathOf = (location: Location): string => location.filter((step) => typeof step === "string").join("/");

/** What lies at a location, whatever it is. */
export function at(answers: Answers, location: Location): Answer | undefined {
  let found: Answer | undefined = answers;
  for (const step of location) {
    if (typeof found !== "object" || found === null) return undefined;
    if (typeof step === "number") found = Array.isArray(found) ? found[step] : undefined;
    else found = !Array.isArray(found) && Object.prototype.hasOwnProperty.call(found, step) ? found[step] : undefined;
  }
  return found;
}

/** The text at a location; "" when absent, blank or no text. */
export function leaf(answers: Answers, location: Location): string {
  const found = at(answers, location);
  return typeof found === "string" && !isBlank(found) ? found : "";
}

/** Write a text at a location, making groups and rows on the way; "" takes it away. Changes `answers`. */
export function put(answers: Answers, location: Location, text: string): void {
  let found: Answers = answers;
  for (let i = 0; i < location.length - 1; i++) {
    const step = location[i] as string;
    let inside = at(found, [step]);
    const row = location[i + 1];
    if (typeof row === "number") {
      if (inside === undefined && text) inside = found[step] = [];
      if (!Array.isArray(inside)) return;
      i++;
      while (text && inside.length <= row) inside.push({});
      inside = inside[row];
      if (inside === undefined) return;
    } else if (inside === undefined) {
      if (!text) return;
      inside = found[step] = {};
    }
    if (typeof inside !== "object" || Array.isArray(inside)) return;
    found = inside;
  }
  const name = location[location.length - 1] as string;
  if (text) found[name] = text;
  else delete found[name];
}

/** New answers with one text changed; all that does not change is shared with the old ones. */
export function putShared(answers: Answers, location: Location, text: string): Answers {
  const next = { ...answers };
  let from: Answers = next;
  for (let i = 0; i < location.length - 1; i++) {
    const step = location[i] as string;
    const inside = at(from, [step]);
    if (inside === undefined || typeof inside === "string") break;
    if (Array.isArray(inside)) {
      const row = location[++i] as number;
      const rows = (from[step] = [...inside]);
      const old = rows[row];
      if (old === undefined) break;
      from = rows[row] = { ...old };
    } else from = from[step] = { ...inside };
  }
  put(next, location, text);
  return next;
}

/** A deep copy of answers. */
export const copy = (answers: Answers): Answers => {
  const out: Answers = {};
  for (const name of Object.keys(answers)) {
    const value = answers[name] as Answer;
    out[name] = typeof value === "string" ? value : Array.isArray(value) ? value.map((row) => copy(row ?? {})) : copy(value);
  }
  return out;
};

/** The most rows of a repeat. */
const MAX_ROWS = 200;
const NOTHING: ReadonlySet<string> = new Set();

/** Answers with their calculations, and what is not relevant. Built by `compute` or `change`, then only read. */
export class State implements FormState {
  readonly index: Indexed;
  touched: ReadonlySet<string> = NOTHING;
  private off = new Set<string>();
  /** The row of a list that a condition judges, and where the whole expression stands meanwhile. */
  private row: ListRow | undefined;
  private outer: Location | null = null;

  constructor(readonly form: Form, public answers: Answers, readonly when: When) {
    this.index = indexOf(form);
  }

  isRelevant(pointer: string): boolean {
    if (this.off.size === 0) return true;
    for (let end = pointer.indexOf("/", 1); end > 0; end = pointer.indexOf("/", end + 1)) {
      if (this.off.has(pointer.slice(0, end))) return false;
    }
    return !this.off.has(pointer);
  }

  value(pointer: string): string {
    return this.isRelevant(pointer) ? leaf(this.answers, locationOf(pointer)) : "";
  }

  /** How many rows a repeat has. */
  rows(location: Location): number {
    const found = at(this.answers, location);
    return Array.isArray(found) ? found.length : 0;
  }

  /** Every location of a path; `fixed` gives the rows of its first repeats. */
  places(path: string[], fixed: number[] = []): Location[] {
    let found: Location[] = [[]];
    let names = "";
    path.forEach((name, depth) => {
      names = names ? names + "/" + name : name;
      found = found.map((location) => [...location, name]);
      const node = this.index.byPath.get(names);
      if (node?.item.kind !== "repeat" || depth === path.length - 1) return;
      const row = fixed[node.repeats - 1];
      found = found.flatMap((location) =>
        row !== undefined ? [[...location, row]] : Array.from({ length: this.rows(location) }, (_, n) => [...location, n]),
      );
    });
    return found;
  }

  /** Run all rules in their order. */
  settle(): void {
    for (const pointer of this.form.order) {
      const node = this.index.byPath.get(pointer.slice(1));
      if (node) for (const location of this.places(node.path)) this.settleOne(node.item, location);
    }
  }

  /** The state after one answer: only the rules that depend on it are run, in their order. */
  with(pointer: string, text: string): State {
    const location = locationOf(pointer);
    const next = new State(this.form, putShared(this.answers, location, text), this.when);
    next.off = this.off;
    const touched = new Set([pointer]);
    const { rules, byValue, byRelevance, shownBy } = dependenciesOf(this.form, this.index);
    const dirty = new Set<number>(byValue.get(pathOf(location)));
    const show = (path: string): void => {
      for (const reader of shownBy.get(path) ?? [])
        for (const place of next.places(reader.split("/"))) touched.add(pointerOf(place));
    };
    show(pathOf(location));
    for (let at = 0; at < rules.length && dirty.size; at++) {
      if (!dirty.delete(at)) continue;
      const { path, node } = rules[at] as (typeof rules)[number];
      for (const place of next.places(node.path)) {
        const here = pointerOf(place);
        const was = [next.off.has(here), leaf(next.answers, place), next.rows(place)].join("\n");
        next.settleOne(node.item, place, true);
        if (was === [next.off.has(here), leaf(next.answers, place), next.rows(place)].join("\n")) continue;
        touched.add(here);
        for (const reader of (node.item.calculation !== undefined && node.item.relevant === undefined ? byValue : byRelevance).get(path) ?? [])
          dirty.add(reader);
        for (const inside of this.index.byPath.keys()) if (inside === path || inside.startsWith(path + "/")) show(inside);
      }
    }
    next.touched = touched;
    return next;
  }

  /** Settle one place; `shared`: answers and `off` are still another state's and are copied before a change. */
  private settleOne(item: Item, location: Location, shared = false): void {
    const pointer = pointerOf(location);
    if (item.count !== undefined) this.setRows(location, item.count, shared);
    if (item.relevant !== undefined) {
      const above = location.length === 1 || this.isRelevant(pointerOf(location.slice(0, -1)));
      const off = !above || !this.holds(item.relevant, location);
      if (off !== this.off.has(pointer)) {
        if (shared) this.off = new Set(this.off);
        if (off) this.off.add(pointer);
        else this.off.delete(pointer);
      }
    }
    if (item.calculation !== undefined) {
      const text = this.isRelevant(pointer) ? toText(this.evaluate(item.calculation, location)) : "";
      if (!shared) put(this.answers, location, text);
      else if (text !== (at(this.answers, location) ?? "")) this.answers = putShared(this.answers, location, text);
    }
  }

  /** Give a counted repeat its number of rows; answers in rows beyond it are not looked at. */
  private setRows(location: Location, count: Expr, shared: boolean): void {
    const wanted = toNumber(this.evaluate(count, location));
    const number = wanted === wanted ? Math.trunc(Math.min(Math.max(wanted, 0), MAX_ROWS)) : 0;
    const now = at(this.answers, location);
    const rows = Array.isArray(now) ? now.slice(0, number) : [];
    if (Array.isArray(now) ? now.length === number : number === 0) return;
    while (rows.length < number) rows.push({});
    if (shared) this.answers = copy(this.answers);
    let above = this.answers;
    for (const step of location.slice(0, -1) as string[]) above = (at(above, [step]) ?? (above[step] = {})) as Answers;
    const name = location[location.length - 1] as string;
    if (rows.length) above[name] = rows;
    else delete above[name];
  }

  /** The value of an expression that stands at a location. */
  evaluate(tree: Expr, location: Location): Value {
    if (!Array.isArray(tree)) return tree;
    const [name, a, b, c] = tree as [string, Expr, Expr, Expr];
    const value = (operand: Expr): Value => this.evaluate(operand, location);
    switch (name) {
      case "ref": return this.ref(a as string, b as number | undefined, location);
      case ".": return this.value(pointerOf(location));
      case "col": return cell(this.row, a as string);
      case "=": case "!=": case "<": case "<=": case ">": case ">=": return compare(name, value(a), value(b));
      case "+": case "-": case "*": case "div": case "mod": return calculate(name, toNumber(value(a)), toNumber(value(b)));
      case "and": return toTruth(value(a)) && toTruth(value(b));
      case "or": return toTruth(value(a)) || toTruth(value(b));
      case "if": return toTruth(value(a)) ? value(b) : value(c);
      case "neg": return -toNumber(value(a));
      case "today": return this.when.today;
      case "position": return Number(location.filter((step) => typeof step === "number").pop() ?? NaN) + 1;
      case "outer": return this.evaluate(a, this.outer ?? location);
      case "where": return this.where(a as string, c, location);
      case "rows": {
        const list = listed(this.form, a as string);
        return this.matching(list, c, location).map((at) => cell(list.rows[at], b as string));
      }
      default: {
        const known = FUNCTIONS[name];
        if (!known) throw new Error(`unknown function ${name}`);
        return known(tree.slice(1).map((operand) => value(operand)));
      }
    }
  }

  /** Whether a rule holds at a location. */
  holds(tree: Expr, location: Location): boolean {
    return toTruth(this.evaluate(tree, location));
  }

  /** Whether a condition on a list's row holds for this one. */
  holdsFor(row: ListRow | undefined, condition: Expr, location: Location): boolean {
    const known = this.row;
    this.row = row;
    const holds = this.holds(condition, location);
    this.row = known;
    return holds;
  }

  /** Numbers of the rows of a list in which a condition holds. */
  matching(list: Listed, condition: Expr, location: Location): number[] {
    const split = equality(condition);
    const wanted = split ? this.evaluate(split.value, location) : undefined;
    if (!split || typeof wanted !== "string")
      return list.rows.map((_, at) => at).filter((at) => this.holdsFor(list.rows[at], condition, location));
    const found = indexed(list, split.column, wanted);
    const { rest } = split;
    return rest === null ? found : found.filter((at) => this.holdsFor(list.rows[at], rest, location));
  }

  /** Relevant answers at a path in the rows of its repeat in which the condition holds. */
  private where(name: string, condition: Expr, location: Location): Value {
    const path = name.split("/");
    let end = path.length;
    while (end > 0 && this.index.byPath.get(path.slice(0, end).join("/"))?.item.kind !== "repeat") end--;
    const repeat = path.slice(0, end);
    const known = this.outer;
    this.outer ??= location;
    const rows = Array.from({ length: this.rows(repeat) }, (_, row): Location => [...repeat, row])
      .filter((row) => this.isRelevant(pointerOf(row)) && this.holds(condition, row));
    this.outer = known;
    const places = rows.map((row) => [...row, ...path.slice(end)]).filter((place) => this.isRelevant(pointerOf(place)));
    return places.map((place) => (end < path.length ? leaf(this.answers, place) : ""));
  }

  private ref(name: string, bound: number | undefined, location: Location): Value {
    if (bound === undefined) return this.value("/" + name);
    const node = this.index.byPath.get(name) as Node;
    const rows = location.filter((step): step is number => typeof step === "number").slice(0, bound);
    const found = this.places(node.path, rows).filter((place) => this.isRelevant(pointerOf(place)));
    if (node.item.kind === "repeat") return Array<string>(found.reduce((sum, place) => sum + this.rows(place), 0)).fill("");
    if (bound >= node.repeats) return found[0] ? leaf(this.answers, found[0]) : "";
    return found.map((place) => leaf(this.answers, place));
  }
}
