/**
 * When to sync: on open, `online`, focus, a timer with growing waits, a new record, and the button.
 *
 * One run at a time on the whole phone (Web Lock; without locks, one per page: the server takes repeats calmly).
 * A wait that the server asked for is kept, also against the button.
 */
import { signal, type ReadonlySignal } from "@preact/signals-core";
import { backoff } from "./limits.ts";
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

const ELSEWHERE_MS = 5_000;
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
  let timer: ReturnType<typeof setTimeout> | null = null;
  let running: Promise<void> | null = null;
  let again = false;
  let stopped = false;
  let fails = 0;
  let notBefore = 0;

  function plan(at: number): void {
    if (timer !== null) clearTimeout(timer);
    if (stopped) return;
    // Long timers are cut into short ones: a phone that slept wakes late, never an hour late.
    const wait = Math.min(Math.max(at - options.nowMs(), 0), LONGEST_TIMER_MS);
    timer = setTimeout(() => (options.nowMs() >= at ? void start(false) : plan(at)), wait);
  }

  function set(change: Partial<SyncStatus>): void {
    status.value = { ...status.value, ...change };
  }

  async function settle(end: DrainEnd | null): Promise<void> {
    const now = options.nowMs();
    if (end === null) {
      set({ phase: "sleeping", next_at: now + ELSEWHERE_MS });
      plan(now + ELSEWHERE_MS);
      return;
    }
    if (end.retryAfterMs) notBefore = now + end.retryAfterMs;
    const at = new Date(now).toISOString();
    set({ last_try_at: at, reason: end.reason, problem: end.problem, ...(end.word === "done" ? { last_ok_at: at } : {}) });
    if (end.word === "sign-in") {
      set({ phase: "signed-out", next_at: null });
      return;
    }
    fails = end.word === "done" ? 0 : end.received > 0 ? 1 : fails + 1;
    if (end.word === "done" && !(await options.hasWork())) {
      set({ phase: "idle", next_at: null });
      return;
    }
    const next = Math.max(notBefore, now + backoff(fails, options.random));
    set({ phase: "sleeping", next_at: next });
    plan(next);
  }

  function start(manual: boolean): Promise<void> {
    if (stopped) return Promise.resolve();
    if (running) {
      again = true;
      return running;
    }
    if (options.nowMs() < notBefore) {
      set({ phase: "sleeping", next_at: notBefore });
      plan(notBefore);
      return Promise.resolve();
    }
    if (timer !== null) clearTimeout(timer);
    set({ phase: "sending", next_at: null });
    running = withLock(options, () => options.run(manual))
      .then(settle, settleError)
      .finally(() => {
        running = null;
        if (again && !stopped) {
          again = false;
          void start(false);
        }
      });
    return running;
  }

  /** The store failed in the middle of a run: nothing is lost, the run is repeated later. */
  function settleError(): Promise<void> {
    return settle({ word: "later", reason: "storage", problem: null, retryAfterMs: null, received: 0, unknownKey: false });
  }

  return {
    status,
    kick: () => void start(false),
    pressed: () => start(true),
    stop() {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
    },
  };
}

async function withLock<T>(options: ScheduleOptions, run: () => Promise<T>): Promise<T | null> {
  if (!options.locks) return run();
  return options.locks.request(options.lockName, { ifAvailable: true }, (lock) => (lock ? run() : null)) as Promise<T | null>;
}
