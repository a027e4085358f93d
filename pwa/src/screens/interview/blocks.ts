/** A page as drawn: plain items, and each repeat with its rows gathered. */
import type { Placed } from "../../domain/form/index.ts";

export type Block =
  | { kind: "item"; placed: Placed }
  | { kind: "repeat"; placed: Placed; rows: RepeatRow[] };

export interface RepeatRow {
  /** `/close/issues/0` */
  pointer: string;
  /** Counted from 0. */
  row: number;
  items: Placed[];
}

/** Gather the flat list of a page: what lies in a repeat comes under it, row by row. */
export function blocksOf(placed: readonly Placed[]): Block[] {
  const blocks: Block[] = [];
  let open: Extract<Block, { kind: "repeat" }> | null = null;
  for (const each of placed) {
    if (each.item.kind === "repeat" && !/\/\d+$/.test(each.pointer)) {
      open = { kind: "repeat", placed: each, rows: [] };
      blocks.push(open);
      continue;
    }
    const match = open ? rowOf(open.placed.pointer, each.pointer) : null;
    if (!open || match === null) {
      blocks.push({ kind: "item", placed: each });
      continue;
    }
    let row = open.rows.find((one) => one.row === match);
    if (!row) open.rows.push((row = { pointer: `${open.placed.pointer}/${match}`, row: match, items: [] }));
    if (each.item.kind !== "repeat") row.items.push(each);
  }
  return blocks;
}

function rowOf(repeat: string, pointer: string): number | null {
  if (!pointer.startsWith(repeat + "/")) return null;
  const row = Number(pointer.slice(repeat.length + 1).split("/")[0]);
  return Number.isInteger(row) ? row : null;
}
