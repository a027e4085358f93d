import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { DrainEnd } from "../../src/sync/drain.ts";
import { createSchedule, type ScheduleOptions } from "../../src/sync/schedule.ts";

const DONE: DrainEnd = { word: "done", reason: null, problem: null, retryAfterMs: null, received: 1, unknownKey: false };
const LATER: DrainEnd = { ...DONE, word: "later", reason: "offline", received: 0 };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function schedule(ends: (DrainEnd | Error)[], more: Partial<ScheduleOptions> = {}) {
  const runs: { at: number; manual: boolean }[] = [];
  const made = createSchedule({
    run: async (manual) => {
      runs.push({ at: Date.now(), manual });
      const end = ends.shift() ?? DONE;
      if (end instanceof Error) throw end;
      return end;
    },
    hasWork: async () => ends.length > 0,
    nowMs: () => Date.now(),
    random: () => 1,
    lockName: "test",
    ...more,
  });
  return { made, runs };
}

const settle = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe("the schedule", () => {
  it("waits longer after each failure and starts afresh after a success", async () => {
    const { made, runs } = schedule([LATER, LATER, LATER, DONE]);
    const start = Date.now();
    made.kick();

    await settle(60_000);

    expect(runs.map((run) => run.at - start)).toEqual([0, 2_000, 6_000, 14_000]);
    expect(made.status.value).toMatchObject({ phase: "idle", reason: null });
  });

  it("keeps the wait that the server asked for, also against the button", async () => {
    const { made, runs } = schedule([{ ...LATER, reason: "server-busy", retryAfterMs: 120_000 }]);
    const start = Date.now();
    made.kick();
    await settle(10);

    void made.pressed();
    made.kick();
    await settle(119_000);
    expect(runs).toHaveLength(1);
    expect(made.status.value.next_at).toBe(start + 120_000);

    await settle(2_000);
    expect(runs).toHaveLength(2);
  });

  it("never runs twice at the same time; a kick in mid-run makes one more run", async () => {
    let open = () => {};
    let runs = 0;
    const { made } = schedule([], {
      run: () => {
        runs += 1;
        return runs === 1 ? new Promise((done) => (open = () => done(DONE))) : Promise.resolve(DONE);
      },
    });
    made.kick();
    made.kick();
    made.kick();
    await settle(5);
    expect(runs).toBe(1);

    open();
    await settle(5);
    expect(runs).toBe(2);
  });

  it("a button pressed in mid-run is not forgotten: what was refused is tried after it", async () => {
    let open = () => {};
    const manuals: boolean[] = [];
    const { made } = schedule([], {
      run: (manual) => {
        manuals.push(manual);
        return manuals.length === 1 ? new Promise((done) => (open = () => done(DONE))) : Promise.resolve(DONE);
      },
    });
    made.kick();
    void made.pressed();
    made.kick();
    open();
    await settle(5);
    expect(manuals).toEqual([false, true]);
  });

  it("stops asking when the token is refused, until somebody signs in", async () => {
    const { made, runs } = schedule([{ ...LATER, word: "sign-in", reason: "signed-out" }]);
    made.kick();
    await settle(3_600_000);
    expect(runs).toHaveLength(1);
    expect(made.status.value.phase).toBe("signed-out");

    made.kick();
    await settle(5);
    expect(runs).toHaveLength(2);
  });

  it("survives a store that fails in the middle", async () => {
    const { made, runs } = schedule([new Error("wedged"), DONE]);
    made.kick();
    await settle(5_000);
    expect(runs).toHaveLength(2);
    expect(made.status.value.phase).toBe("idle");
  });

  it("leaves the work to the tab that holds the lock, and looks again", async () => {
    let taken = true;
    const locks = {
      request: async (_name: string, _how: unknown, work: (lock: unknown) => unknown) => work(taken ? null : {}),
    } as unknown as LockManager;
    const { made, runs } = schedule([], { locks });
    made.kick();
    await settle(1_000);
    expect(runs).toHaveLength(0);

    taken = false;
    await settle(5_000);
    expect(runs).toHaveLength(1);
  });
});
