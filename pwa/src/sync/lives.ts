/** The outbox's lines as the core's lives, and back: the one bridge between the store and the state machine. */
import { newLife, step, type CoreEvent, type Life, type LineState } from "../domain/core.ts";
import type { OutboxChange, OutboxRow, SubmissionRow } from "../store/types.ts";

/** One life per record; photos by the id of their line. */
export function livesOf(rows: readonly OutboxRow[], submissions: readonly SubmissionRow[] = []): Map<string, Life> {
  const lives = new Map<string, Life>();
  for (const row of rows) {
    const life = lives.get(row.op_id) ?? newLife([]);
    if (row.type === "op") lives.set(row.op_id, { ...life, op: row.state });
    else lives.set(row.op_id, { ...life, photos: { ...life.photos, [row.id]: row.state } });
  }
  for (const { op_id, verified_at, purged_at } of submissions) {
    const life = lives.get(op_id);
    if (life) lives.set(op_id, { ...life, verified_at, purged: purged_at !== null });
  }
  return lives;
}

/** The lines whose state an event changes. */
export function changedLines(opId: string, life: Life, event: CoreEvent): { id: string; change: OutboxChange }[] {
  const after = step(life, event);
  const lines: [string, LineState | undefined, LineState][] = [
    [`op:${opId}`, life.op, after.op],
    ...Object.entries(after.photos).map(([id, state]): [string, LineState | undefined, LineState] => [id, life.photos[id], state]),
  ];
  return lines
    .filter(([, before, now]) => before !== now)
    .map(([id, , state]) => ({ id, change: state === "waiting" ? { state, upload_url: null } : { state } }));
}
