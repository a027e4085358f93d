/**
 * The shell around domain/schedule.ts: a timer, the run itself, and what the screens see of both.
 *
 * One run at a time on the whole phone (Web Lock; without locks, one per page: the server takes repeats calmly).
 */
import { signal, type ReadonlySignal } from "@preact/signals-core";
import { AT_REST, nextPlan, type PlanEvent } from "../domain/schedule.ts";
import type { DrainEnd } from "./drain.ts";
import type { SyncStatus } from "./types.ts";

export interface ScheduleOptions {
  /** One run; "elsewhere" when another tab is at it. */
  run: (manual: boolean) => Promise<DrainEnd | null>;
  /** Whether anything waits that a timer could help. */
  hasWork: () => Promise<boolean>;
  nowMs: () => number;
  random: () => number;
  lockName: string;
  locks?: LockManager | undefined;
}

export interface Schedule {
  readonly status: ReadonlySignal<SyncStatus>;
  /** Something happened that makes a try worthwhile now. */
  kick(): void;
  /** The button; resolves when the run is over. */
  pressed(): Promise<void>;
  stop(): void;
}

const LONGEST_TIMER_MS = 60_000;

export function createSchedule(options: ScheduleOptions): Schedule {
  const status = signal<SyncStatus>({
    phase: "idle",
    next_at: null,
    last_try_at: null,
    last_ok_at: null,
    reason: null,
    problem: null,
  });
  let plan = AT_REST;
  let timer: ReturnType<typeof setTimeout> | null = null;
  let running: Promise<void> = Promise.resolve();
  let stopped = false;

  /** Long timers are cut into short ones: a phone that slept wakes late, never an hour late. */
  function wake(at: number): void {
    const wait = Math.min(Math.max(at - options.nowMs(), 0), LONGEST_TIMER_MS);
    timer = setTimeout(() => (options.nowMs() >= at ? feel({ type: "wished", by: "itself" }) : wake(at)), wait);
  }

  /** Something happened: plan anew, and do what the plan says. */
  function feel(event: PlanEvent, told: Partial<SyncStatus> = {}): void {
    if (stopped) return;
    const wasSending = plan.phase === "sending";
    plan = nextPlan(plan, event, options.nowMs(), options.random());
    status.value = { ...status.value, ...told, phase: plan.phase, next_at: plan.next_at };
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (plan.next_at !== null) wake(plan.next_at);
    const isOver = event.type !== "wished";
    if (plan.phase === "sending" && (isOver || !wasSending)) running = run(plan.by === "button");
  }

  async function run(manual: boolean): Promise<void> {
    const end = await withLock(options, () => options.run(manual)).catch(() => STORE_FAILED);
    if (end === null) return feel({ type: "elsewhere" });
    const at = new Date(options.nowMs()).toISOString();
    const { word, reason, problem, received } = end;
    const has_work = word === "done" && (await options.hasWork());
    const told = { last_try_at: at, reason, problem, ...(word === "done" ? { last_ok_at: at } : {}) };
    feel({ type: "ended", word, received, retry_after_ms: end.retryAfterMs, has_work }, told);
  }

  return {
    status,
    kick: () => feel({ type: "wished", by: "itself" }),
    pressed() {
      feel({ type: "wished", by: "button" });
      return running;
    },
    stop() {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
    },
  };
}

/** The store failed in the middle of a run: nothing is lost, the run is repeated later. */
const STORE_FAILED: DrainEnd = { word: "later", reason: "storage", problem: null, retryAfterMs: null, received: 0, unknownKey: false };

async function withLock<T>(options: ScheduleOptions, run: () => Promise<T>): Promise<T | null> {
  if (!options.locks) return run();
  return options.locks.request(options.lockName, { ifAvailable: true }, (lock) => (lock ? run() : null)) as Promise<T | null>;
}
