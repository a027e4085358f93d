/**
 * When to sync, as a pure state machine: `sync/schedule.ts` is the shell with timers and locks around it.
 *
 * One run at a time. A wish in mid-run makes one more run. A wait that the server asked for is kept, also against the
 * button; every other wait gives way to a new reason to try. Waits grow only while nothing arrives. A model in Python
 * walks the same cases (tests/contracts/cases/phone_schedule.json).
 */
import { backoff } from "./limits.ts";

export type Wish = "itself" | "button";

export interface Plan {
  phase: "idle" | "sending" | "sleeping" | "signed-out";
  /** When the next run begins by itself; null: it does not. */
  next_at: number | null;
  /** Runs in a row that brought nothing. */
  fails: number;
  /** The server asked to be left alone until then. */
  not_before: number;
  /** Whose wish the run is: the button also tries again what was refused. */
  by: Wish;
  /** The wish for one more run, made while one was on its way. */
  again: Wish | null;
}

export type PlanEvent =
  /** A reason to try: opened, online, seen, a new record, the button, or the timer. */
  | { type: "wished"; by: Wish }
  | { type: "ended"; word: "done" | "later" | "sign-in"; received: number; retry_after_ms: number | null; has_work: boolean }
  /** Another tab was at it. */
  | { type: "elsewhere" };

/** Until another tab's work is looked at again. */
export const ELSEWHERE_MS = 5_000;

export const AT_REST: Plan = { phase: "idle", next_at: null, fails: 0, not_before: 0, by: "itself", again: null };

/** The plan after an event. `chance` in [0, 1) spreads the waits; phase "sending" after it means: begin a run now. */
export function nextPlan(plan: Plan, event: PlanEvent, now: number, chance: number): Plan {
  switch (event.type) {
    case "wished":
      return wished(plan, event.by, now);
    case "elsewhere":
      return afterwards({ ...plan, phase: "sleeping", next_at: now + ELSEWHERE_MS }, now);
    case "ended":
      return afterwards(ended(plan, event, now, chance), now);
  }
}

function wished(plan: Plan, by: Wish, now: number): Plan {
  if (plan.phase === "sending") return { ...plan, again: by === "button" ? by : (plan.again ?? by) };
  if (now < plan.not_before) return { ...plan, phase: "sleeping", next_at: plan.not_before };
  return { ...plan, phase: "sending", next_at: null, by };
}

function ended(plan: Plan, event: PlanEvent & { type: "ended" }, now: number, chance: number): Plan {
  const not_before = event.retry_after_ms ? now + event.retry_after_ms : plan.not_before;
  const after = { ...plan, not_before };
  if (event.word === "sign-in") return { ...after, phase: "signed-out", next_at: null };
  const fails = event.word === "done" ? 0 : event.received > 0 ? 1 : plan.fails + 1;
  if (event.word === "done" && !event.has_work) return { ...after, fails, phase: "idle", next_at: null };
  const next_at = Math.max(not_before, now + backoff(fails, () => chance));
  return { ...after, fails, phase: "sleeping", next_at };
}

/** A wish that came in mid-run is met now. */
function afterwards(plan: Plan, now: number): Plan {
  return plan.again ? wished({ ...plan, again: null }, plan.again, now) : plan;
}
