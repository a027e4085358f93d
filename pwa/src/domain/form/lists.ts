/**
 * Choice lists and CSV tables as rows that rules look things up in, with an index by column; twin of
 * app/survey/questionnaires/lists.py. A list of 1,200 villages is asked at every tap: an equality is answered from
 * the index, and only what is left is judged row by row.
 */
import type { Expr, Form } from "./types";

export type ListRow = Record<string, string>;

/** Rows of a list by column name; `name` and `label` (the Chinese words) of a choice are columns too. */
export interface Listed {
  rows: ListRow[];
  indexes: Map<string, Map<string, number[]>>;
}

/** A condition `column = value and rest` in which the value does not depend on the row. */
export interface Equality {
  column: string;
  value: Expr;
  rest: Expr | null;
}

const known = new WeakMap<Form, Map<string, Listed>>();
const splits = new WeakMap<object, Equality | null>();

/** A choice list or table of a form; made once. */
export function listed(form: Form, name: string): Listed {
  let lists = known.get(form);
  if (!lists) known.set(form, (lists = new Map()));
  let found = lists.get(name);
  if (!found) lists.set(name, (found = { rows: listRows(form, name), indexes: new Map() }));
  return found;
}

function listRows(form: Form, name: string): ListRow[] {
  const choices = form.choices[name];
  if (choices)
    return choices.map(({ value, label, columns }) => ({ ...columns, name: value, label: typeof label.zh === "string" ? label.zh : "" }));
  const table = form.tables?.[name] ?? { columns: [], rows: [] };
  return table.rows.map((row) => Object.fromEntries(table.columns.map((column, at) => [column, row[at] ?? ""])));
}

/** A row's text under a column. */
export const cell = (row: ListRow | undefined, column: string): string =>
  row && Object.prototype.hasOwnProperty.call(row, column) ? (row[column] as string) : "";

/** Row numbers whose column holds this text. */
export function indexed(list: Listed, column: string, text: string): number[] {
  let index = list.indexes.get(column);
  if (!index) {
    index = new Map();
    list.rows.forEach((row, at) => {
      const same = index?.get(cell(row, column));
      if (same) same.push(at);
      else index?.set(cell(row, column), [at]);
    });
    list.indexes.set(column, index);
  }
  return index.get(text) ?? [];
}

/** The first equality of a condition that an index can answer, or null. */
export function equality(tree: Expr): Equality | null {
  if (!Array.isArray(tree)) return null;
  let found = splits.get(tree);
  if (found === undefined) splits.set(tree, (found = split(tree as [string, ...Expr[]])));
  return found;
}

function split([name, a, b]: [string, ...Expr[]]): Equality | null {
  const sides: [Expr, Expr][] = [[a as Expr, b as Expr], [b as Expr, a as Expr]];
  if (name === "=")
    for (const [column, value] of sides)
      if (Array.isArray(column) && column[0] === "col" && !readsRow(value)) return { column: column[1] as string, value, rest: null };
  if (name === "and")
    for (const [first, other] of sides) {
      const found = equality(first);
      if (found) return { ...found, rest: found.rest === null ? other : ["and", found.rest, other] };
    }
  return null;
}

/** Whether a tree reads the row that a condition judges (a lookup inside it has rows of its own). */
function readsRow(tree: Expr): boolean {
  return Array.isArray(tree) && (tree[0] === "col" || tree[0] === "rows" || (tree.slice(1) as Expr[]).some(readsRow));
}
