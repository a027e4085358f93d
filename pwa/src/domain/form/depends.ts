/**
 * Who depends on whom in a form: what must be settled again, and what may look different, after one answer.
 * Made once per form from its rules; the order of the rules is the publishing step's.
 */
import type { Expr, Form, Item, Text } from "./types";
import type { Indexed, Node } from "./state";

export interface Dependencies {
  rules: { path: string; node: Node }[];
  /** Numbers of the rules that read a path. */
  byValue: Map<string, number[]>;
  /** Numbers of the rules to settle when a path appears or goes: those inside it, and the readers of all inside it. */
  byRelevance: Map<string, number[]>;
  /** Items whose words, choices or checks read a path. */
  shownBy: Map<string, string[]>;
}

const known = new WeakMap<Form, Dependencies>();

/** The dependencies of a form. */
export function dependenciesOf(form: Form, index: Indexed): Dependencies {
  let found = known.get(form);
  if (!found) known.set(form, (found = find(form, index)));
  return found;
}

function find(form: Form, index: Indexed): Dependencies {
  const rules = form.order.flatMap((pointer) => {
    const node = index.byPath.get(pointer.slice(1));
    return node ? [{ path: pointer.slice(1), node }] : [];
  });
  const byValue = new Map<string, number[]>(), byRelevance = new Map<string, number[]>(), shownBy = new Map<string, string[]>();
  rules.forEach(({ path, node: { item } }, at) => {
    for (const read of readsOf([item.relevant, item.calculation, item.count], path)) add(byValue, read, at);
  });
  for (const path of index.byPath.keys()) {
    const inside = (other: string): boolean => other === path || other.startsWith(path + "/");
    const found = new Set<number>();
    rules.forEach((rule, at) => inside(rule.path) && rule.path !== path && found.add(at));
    for (const [read, readers] of byValue) if (inside(read)) readers.forEach((at) => found.add(at));
    byRelevance.set(path, [...found]);
    const { item } = index.byPath.get(path) as Node;
    for (const read of readsOf([...shownRules(item)], path)) if (read !== path) add(shownBy, read, path);
  }
  return { rules, byValue, byRelevance, shownBy };
}

function add<T>(map: Map<string, T[]>, key: string, value: T): void {
  const found = map.get(key);
  if (found) found.push(value);
  else map.set(key, [value]);
}

function* shownRules(item: Item): Iterable<Expr | undefined> {
  if (item.required !== true) yield item.required;
  yield item.constraint;
  yield item.filter;
  yield item.shuffle;
  for (const text of [item.label, item.hint, item.guidance, item.message, item.needed]) yield* parts(text);
}

function* parts(text: Text | undefined): Iterable<Expr> {
  for (const template of [text?.zh, text?.en])
    if (Array.isArray(template)) for (const part of template) if (typeof part !== "string") yield part.value;
}

/** Paths that some trees read; a repeat whose rows are counted is read as a whole. */
function readsOf(trees: (Expr | undefined)[], self: string): Set<string> {
  const found = new Set<string>();
  const visit = (tree: Expr | undefined): void => {
    if (!Array.isArray(tree)) return;
    if (tree[0] === "ref" || tree[0] === "where") found.add(tree[1] as string);
    if (tree[0] === ".") found.add(self);
    (tree.slice(1) as Expr[]).forEach(visit);
  };
  trees.forEach(visit);
  return found;
}
