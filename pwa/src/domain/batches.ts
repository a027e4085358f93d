/**
 * How many records go in one envelope, as a pure state machine: `sync/drain.ts` sends, reads and keeps.
 *
 * One record that the service chokes on never blocks another: its batch is halved until it stands alone, is tried alone,
 * and the run goes on behind it. Several that fail alone in a row are no poison, but a service that is ill: the run
 * ends. A model in Python walks the same cases (tests/contracts/cases/phone_batches.json).
 */
import { MAX_OPS } from "./limits.ts";

export interface Run {
  /** At most so many records in the next envelope. */
  most: number;
  /** Records in a row that failed although they went alone. */
  alone: number;
}

/** How an envelope was answered as a whole. */
export type Answer =
  /** Record by record. */
  | "proper"
  /** The envelope is refused for ever, or is too large. */
  | "refused"
  /** The service failed over it. */
  | "failed"
  /** No line, no sign-in, or a wish for quiet. */
  | "stop";

/** What comes next: the records after these, these once more in a smaller envelope, or nothing in this run. */
export type Move = "on" | "again" | "end";

export const FIRST_RUN: Run = { most: MAX_OPS, alone: 0 };
const ALONE_IN_A_ROW = 3;

/** After an envelope of `sent` records was answered. */
export function afterBatch(run: Run, sent: number, answer: Answer): { run: Run; move: Move } {
  if (answer === "stop") return { run, move: "end" };
  if (answer !== "proper" && sent > 1) return { run: { ...run, most: Math.floor(sent / 2) }, move: "again" };
  if (answer === "failed") {
    const alone = run.alone + 1;
    return { run: { ...run, alone }, move: alone >= ALONE_IN_A_ROW ? "end" : "on" };
  }
  return { run: { most: Math.min(MAX_OPS, run.most * 2), alone: 0 }, move: "on" };
}
