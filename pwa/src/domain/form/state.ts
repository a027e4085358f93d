/**
 * A form with answers: what is relevant and what is calculated; twin of app/survey/questionnaires/state.py.
 *
 * A location is a list of names with row numbers after a repeat's name: ["close", "issues", 0, "issue_text"].
 */
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

/** Write a text at a location, making the groups on the way; "" takes it away. Changes `answers`. */
export function put(answers: Answers, location: Location, text: string): void {
  let found: Answers = answers;
  for (let i = 0; i < location.length - 1; i++) {
    const step = location[i] as string;
    let inside = at(found, [step]);
    if (Array.isArray(inside)) inside = inside[location[++i] as number];
    else if (inside === undefined) {
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

/** A deep copy of answers. */
export const copy = (answers: Answers): Answers => {
  const out: Answers = {};
  for (const name of Object.keys(answers)) {
    const value = answers[name] as Answer;
    out[name] = typeof value === "string" ? value : Array.isArray(value) ? value.map((row) => copy(row ?? {})) : copy(value);
  }
  return out;
};

/** Answers with their calculations, and what is not relevant. Built by `compute`, then only read. */
export class State implements FormState {
  readonly index: Indexed;
  private readonly off = new Set<string>();

  constructor(readonly form: Form, readonly answers: Answers, readonly when: When) {
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

  /** Run the rules in their order. */
  settle(): void {
    for (const pointer of this.form.order) {
      const path = pointer.slice(1).split("/");
      const item = this.index.byPath.get(path.join("/"))?.item;
      if (item) for (const location of this.places(path)) this.settleOne(item, location);
    }
  }

  private settleOne(item: Item, location: Location): void {
    const pointer = pointerOf(location);
    if (item.relevant !== undefined) {
      const above = location.length === 1 || this.isRelevant(pointerOf(location.slice(0, -1)));
      if (!above || !this.holds(item.relevant, location)) this.off.add(pointer);
    }
    if (item.calculation !== undefined) {
      const shown = this.isRelevant(pointer);
      put(this.answers, location, shown ? toText(this.evaluate(item.calculation, location)) : "");
    }
  }

  /** The value of an expression that stands at a location. */
  evaluate(tree: Expr, location: Location, columns?: Record<string, string>): Value {
    if (!Array.isArray(tree)) return tree;
    const [name, a, b, c] = tree as [string, Expr, Expr, Expr];
    const value = (operand: Expr): Value => this.evaluate(operand, location, columns);
    switch (name) {
      case "ref": return this.ref(a as string, b as number | undefined, location);
      case ".": return this.value(pointerOf(location));
      case "col": return columns?.[a as string] ?? "";
      case "=": case "!=": case "<": case "<=": case ">": case ">=": return compare(name, value(a), value(b));
      case "+": case "-": case "*": case "div": case "mod": return calculate(name, toNumber(value(a)), toNumber(value(b)));
      case "and": return toTruth(value(a)) && toTruth(value(b));
      case "or": return toTruth(value(a)) || toTruth(value(b));
      case "if": return toTruth(value(a)) ? value(b) : value(c);
      case "neg": return -toNumber(value(a));
      case "today": return this.when.today;
      case "position": return Number(location.filter((step) => typeof step === "number").pop() ?? NaN) + 1;
      default: {
        const known = FUNCTIONS[name];
        if (!known) throw new Error(`unknown function ${name}`);
        return known(tree.slice(1).map((operand) => value(operand)));
      }
    }
  }

  /** Whether a rule holds at a location. */
  holds(tree: Expr, location: Location, columns?: Record<string, string>): boolean {
    return toTruth(this.evaluate(tree, location, columns));
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
