/**
 * The questionnaire evaluator: what to show, what is calculated, what is wrong, what is sealed.
 *
 * Pure and without a clock: the same form, answers and day always give the same state. Its twin on the
 * server (app/survey/questionnaires) judges the same answers again; one file of cases holds both.
 */
export type {
  Answer, Answers, Choice, Expr, Form, FormProblem, FormState, Item, ItemKind, Lang, Placed, Prefill,
  PrefillSource, ProblemCode, Template, Text, When,
} from "./types";

import { fits, inRange, WORDS } from "./kinds";
import { indexed, listed } from "./lists";
import { seedOf, shuffled } from "./shuffle";
import { at, copy, indexOf, isLeaf, leaf, locationOf, pathOf, pointerOf, put, State, type Location, type Node } from "./state";
import type {
  Answer, Answers, Choice, Form, FormProblem, FormState, Item, Lang, Placed, Prefill, PrefillSource, ProblemCode,
  SourcePart, Template, Text, When,
} from "./types";
import { dayNumber, dayText, isBlank, toNumber, toText } from "./values";

const UNASKED = new Set(["group", "repeat", "note", "calculate", "hidden", "audit"]);
const CHOOSING = new Set(["select_one", "select_multiple", "rank"]);

/** Answers of a new interview: defaults, hidden fields and what the register knows, `start` set to `when.now`. */
export function start(form: Form, source: PrefillSource, when: When): Answers {
  const answers: Answers = {};
  for (const node of indexOf(form).byPath.values()) {
    const { item } = node;
    let text = item.kind === "start" ? when.now : item.kind === "today" ? when.today : (item.default ?? "");
    if (item.seed) text = String(seedOf(when.now, item.name, whose(source)));
    if (text && node.repeats === 0) put(answers, node.path, text);
  }
  for (const rule of form.prefill) {
    const text = filedValue(form, rule, source, when.today);
    if (text) put(answers, rule.to.slice(1).split("/"), text);
  }
  return answers;
}

/** Relevance and calculations for these answers (a few ms for the longest form). */
export function compute(form: Form, answers: Answers, when: When): FormState {
  const state = new State(form, copy(answers), when);
  state.settle();
  return state;
}

/** The state after one answer ("" takes it away): only what depends on it is settled again; `touched` names it. */
export function change(state: FormState, pointer: string, value: string): FormState {
  return (state as State).with(pointer, value);
}

/** What is wrong with this one answer (required, type, choice, constraint), or null. Not relevant: null. */
export function check(state: FormState, pointer: string): FormProblem | null {
  const node = nodeAt(state.form, pointer);
  return node ? problem(state as State, node, locationOf(pointer)) : null;
}

/** All that is wrong, in the order of the form; `section` limits it to one page. Empty: may be sealed. */
export function validate(state: FormState, section?: string): FormProblem[] {
  const found: FormProblem[] = [];
  walk(state as State, (node, location) => {
    const wrong = section === undefined || location[0] === section ? problem(state as State, node, location) : null;
    if (wrong) found.push(wrong);
  });
  return found;
}

/** The answers to seal: relevant ones and calculations only, no blanks, `end` set to `when.now`; rows keep their numbers. */
export function prune(state: FormState): Answers {
  const sealed = state as State;
  const pruned = (nodes: Node[], above: Location): Answers => {
    const out: Answers = {};
    for (const node of nodes) {
      const here = [...above, node.item.name];
      if (!sealed.isRelevant(pointerOf(here))) continue;
      const value = prunedOne(node, here);
      if (value !== undefined) out[node.item.name] = value;
    }
    return out;
  };
  const prunedOne = (node: Node, here: Location): Answer | undefined => {
    if (node.item.kind === "group") {
      const inside = pruned(node.children, here);
      return Object.keys(inside).length ? inside : undefined;
    }
    if (node.item.kind === "repeat") {
      const count = sealed.rows(here);
      return count ? Array.from({ length: count }, (_, row) => pruned(node.children, [...here, row])) : undefined;
    }
    if (node.item.kind === "end") return state.when.now || leaf(state.answers, here) || undefined;
    return isLeaf(node.item) ? leaf(state.answers, here) || undefined : undefined;
  };
  return pruned(sealed.index.nodes, []);
}

/** The pages: top-level groups in order (relevant or not). */
export function pages(form: Form): Item[] {
  return form.items.filter((item) => item.kind === "group");
}

/** The pages to be walked with these answers. */
export function relevantPages(state: FormState): Item[] {
  return pages(state.form).filter((page) => state.isRelevant("/" + page.name));
}

/**
 * What a page shows, flat and in order: relevant notes and questions, nested groups and repeats as
 * headings (`item.kind` "group"/"repeat", at their own pointer), each row of a repeat at its pointer.
 */
export function shown(state: FormState, section: string): Placed[] {
  const found: Placed[] = [];
  walk(state as State, (node, location) => {
    const silent = ["calculate", "hidden", "start", "end", "today", "audit"].includes(node.item.kind);
    if (location[0] !== section || location.length < 2 || silent || !state.isRelevant(pointerOf(location))) return;
    const placed: Placed = { item: node.item, pointer: pointerOf(location) };
    const row = location.findIndex((step) => typeof step === "number");
    if (row > 0) placed.repeat = { name: String(location[row - 1]), row: location[row] as number };
    found.push(placed);
  });
  return found;
}

/** The choices offered, filtered and in the order in which they are shown; the same array while nothing changes it. */
export function choicesOf(state: FormState, pointer: string): Choice[] {
  const item = itemAt(state.form, pointer);
  const all = item?.list === undefined ? undefined : state.form.choices[item.list];
  if (!item?.list || !all) return [];
  const location = locationOf(pointer);
  const rows = item.filter === undefined ? null : (state as State).matching(listed(state.form, item.list), item.filter, location);
  const seed = item.shuffle === undefined ? null : toNumber((state as State).evaluate(item.shuffle, location));
  if (rows === null && seed === null) return all;
  return remembered(all, `${rows?.join() ?? "all"} ${seed}`, () => {
    const offered = rows === null ? all : rows.map((at) => all[at] as Choice);
    return seed === null ? offered : shuffled(offered, seed);
  });
}

const offers = new WeakMap<Choice[], Map<string, Choice[]>>();

function remembered(all: Choice[], key: string, make: () => Choice[]): Choice[] {
  let known = offers.get(all);
  if (!known || known.size > 200) offers.set(all, (known = new Map()));
  let found = known.get(key);
  if (!found) known.set(key, (found = make()));
  return found;
}

/** A label, hint, message or choice label as plain text in one language. */
export function textOf(state: FormState, text: Text | undefined, lang: Lang, pointer = ""): string {
  return text === undefined ? "" : fill(state as State, text[lang], locationOf(pointer));
}

/** What the register says for this question, ready to follow 登记: (a choice's label, or the value), or null. */
export function filed(form: Form, source: PrefillSource, pointer: string, lang: Lang): string | null {
  const rule = form.prefill.find((known) => known.to === pointer && known.show);
  const value = rule ? filedValue(form, rule, source) : "";
  if (!value) return null;
  const list = itemAt(form, pointer)?.list;
  const label = list === undefined ? undefined : form.choices[list]?.find((choice) => choice.value === value)?.label[lang];
  return typeof label === "string" ? label : value;
}

/** The item of the form at a pointer (rows are skipped), or null. */
export function itemAt(form: Form, pointer: string): Item | null {
  return nodeAt(form, pointer)?.item ?? null;
}

/** The answer at a pointer; "" when blank. */
export function getAnswer(answers: Answers, pointer: string): string {
  return leaf(answers, locationOf(pointer));
}

/** New answers with this one changed; "" takes the key away. Never changes its argument. */
export function setAnswer(answers: Answers, pointer: string, value: string): Answers {
  const next = copy(answers);
  put(next, locationOf(pointer), value);
  return next;
}

/** New answers with one more row (holding its defaults) at the end of a repeat (`/close/issues`). */
export function addRow(form: Form, answers: Answers, pointer: string): Answers {
  const row: Answers = {};
  for (const item of itemAt(form, pointer)?.items ?? []) if (item.default) row[item.name] = item.default;
  return withRows(answers, pointer, (rows) => [...rows, row]);
}

/** New answers without this row (`/close/issues/0`); later rows move up. */
export function removeRow(answers: Answers, pointer: string): Answers {
  const cut = pointer.lastIndexOf("/");
  const gone = Number(pointer.slice(cut + 1));
  return withRows(answers, pointer.slice(0, cut), (rows) => rows.filter((_, row) => row !== gone));
}

/** photo_ids (and ids of recordings) of these answers with the pointers of their questions. */
export function photosOf(form: Form, answers: Answers): { pointer: string; photoId: string }[] {
  const found: { pointer: string; photoId: string }[] = [];
  walk(new State(form, answers, { today: "", now: "" }), (node, location) => {
    const photoId = node.item.kind === "image" || node.item.kind === "audio" ? leaf(answers, location) : "";
    if (photoId) found.push({ pointer: pointerOf(location), photoId });
  });
  return found;
}

function nodeAt(form: Form, pointer: string): Node | undefined {
  return indexOf(form).byPath.get(pathOf(locationOf(pointer)));
}

function withRows(answers: Answers, pointer: string, change: (rows: Answers[]) => Answers[]): Answers {
  const next = copy(answers);
  const location = locationOf(pointer);
  let above: Answers = next;
  for (const step of location.slice(0, -1)) {
    const inside = at(above, [step]) ?? (above[step as string] = {});
    above = inside as Answers;
  }
  const name = location[location.length - 1] as string;
  const rows = at(above, [name]);
  const changed = change(Array.isArray(rows) ? rows : []);
  if (changed.length) above[name] = changed;
  else delete above[name];
  return next;
}

function walk(state: State, visit: (node: Node, location: Location) => void): void {
  const go = (node: Node, location: Location): void => {
    visit(node, location);
    if (node.item.kind !== "repeat") return node.children.forEach((child) => go(child, [...location, child.item.name]));
    for (let row = 0; row < state.rows(location); row++) {
      for (const child of node.children) go(child, [...location, row, child.item.name]);
    }
  };
  for (const node of state.index.nodes) go(node, [node.item.name]);
}

function problem(state: State, node: Node, location: Location): FormProblem | null {
  const { item } = node;
  const pointer = pointerOf(location);
  if (UNASKED.has(item.kind) || !state.isRelevant(pointer)) return null;
  const wrong = (code: ProblemCode, words: readonly [string, string]): FormProblem => ({ pointer, code, zh: words[0], en: words[1] });
  const said = (words: Text | undefined, ours: readonly [string, string]): readonly [string, string] =>
    words ? [fill(state, words.zh, location), fill(state, words.en, location)] : ours;
  const text = leaf(state.answers, location);
  if (!text) {
    const needed = item.required === true || (item.required !== undefined && state.holds(item.required, location));
    return needed ? wrong("required", said(item.needed, WORDS.required)) : null;
  }
  if (!fits(item.kind, text) || (item.range && !inRange(item.range, text)))
    return wrong("type", WORDS[item.kind as keyof typeof WORDS] ?? WORDS.instant);
  if (CHOOSING.has(item.kind) && !isListed(state, item, location, text))
    return wrong("choice", item.kind === "rank" ? WORDS.rank : WORDS.choice);
  if (item.constraint === undefined || state.holds(item.constraint, location)) return null;
  return wrong("constraint", said(item.message, WORDS.constraint));
}

function isListed(state: State, item: Item, location: Location, text: string): boolean {
  const list = listed(state.form, item.list as string);
  const offered = (word: string): boolean => {
    const { filter } = item;
    const rows = indexed(list, "name", word);
    return filter === undefined ? rows.length > 0 : rows.some((at) => state.holdsFor(list.rows[at], filter, location));
  };
  if (item.kind === "select_one") return offered(text);
  const chosen = text.split(" ");
  if (item.kind === "rank" && chosen.length !== choicesOf(state, pointerOf(location)).length) return false;
  return new Set(chosen).size === chosen.length && chosen.every(offered);
}

function fill(state: State, template: Template, location: Location): string {
  if (typeof template === "string") return template;
  return template.map((part) => (typeof part === "string" ? part : toText(state.evaluate(part.value, location)))).join("");
}

/** What tells two records of one moment apart. */
function whose(source: PrefillSource): string {
  const known = [source.sample?.sample_id, source.household?.unit, source.account?.account];
  return known.find((text): text is string => typeof text === "string" && text !== "") ?? "";
}

function filedValue(form: Form, rule: Prefill, source: PrefillSource, today = ""): string {
  for (const place of rule.from) {
    const [part, name] = place.split(".") as [SourcePart | "clock", string];
    const raw = part === "clock" ? calendar(name, today) : source[part]?.[name];
    const text = typeof raw === "string" && !isBlank(raw) ? raw.replace(/^[\u3000 \t\r\n]+|[\u3000 \t\r\n]+$/g, "") : "";
    if (text) return fitting(form, rule, text);
  }
  return "";
}

/** `today`, or `in_30_days` counted from it. */
function calendar(name: string, today: string): string {
  const days = dayNumber(today);
  return days === null ? "" : dayText(days + (name === "today" ? 0 : Number(name.split("_")[1])));
}

function fitting(form: Form, rule: Prefill, text: string): string {
  const item = itemAt(form, rule.to) as Item;
  const mapped = rule.map && Object.prototype.hasOwnProperty.call(rule.map, text) ? (rule.map[text] as string) : text;
  if (item.list === undefined) return fits(item.kind, mapped) ? mapped : "";
  return form.choices[item.list]?.find((choice) => mapped === choice.value || mapped === choice.label.zh)?.value ?? "";
}
