import { describe, expect, it } from "vitest";
import { lastPosition } from "../../src/screens/phone.ts";
import { statusText } from "../../src/screens/more/outbox.tsx";
import { nextInLine, roundOf, visitingOrder } from "../../src/screens/today.tsx";
import type { PackageView, SampleView, SyncStatus } from "../../src/sync/index.ts";

function sample(rank: number, more: Partial<SampleView> = {}): SampleView {
  return {
    sample_id: `2017-2-A1.640122-P.${rank}`,
    rank,
    stratum: "poor",
    round: "2017-2",
    county: "640122",
    state: "open",
    form_id: "q1_poor",
    household: { unit: `640122101201-000${rank}` },
    code: null,
    attempts: 0,
    draft_id: null,
    last_op_id: null,
    doorsteps: [],
    ...more,
  } as SampleView;
}
const ranks = (samples: SampleView[]) => visitingOrder(samples, "lin").map((each) => each.rank);

describe("the reserve that opens next", () => {
  it("is the first closed one of each list, never one that somebody visited too early", () => {
    const closed = [
      sample(12, { state: "reserve" }),
      sample(11, { state: "reserve", surplus: true }),
      sample(13, { state: "reserve" }),
      sample(5, { state: "reserve", sample_id: "2017-2-A1.640122-N.5", stratum: "non_poor" }),
    ];
    expect(nextInLine(closed).map((each) => each.sample_id)).toEqual(["2017-2-A1.640122-P.12", "2017-2-A1.640122-N.5"]);
  });
});

describe("the visiting order", () => {
  it("begins with what is begun, then mine, then free ones, then other people's", () => {
    const list = [
      sample(1, { assigned_to: "ma" }),
      sample(2),
      sample(3, { assigned_to: "lin" }),
      sample(4, { assigned_to: "ma", draft_id: "d" }),
    ];
    expect(ranks(list)).toEqual([4, 3, 2, 1]);
  });

  it("comes back to an empty house at another time of day, not at once", () => {
    const tried = (started_at: string) => sample(1, { doorsteps: [{ op_id: "a", started_at, contact_result: "absent" }] });
    const now = Date.parse("2026-11-24T04:00:00Z");
    const order = (first: SampleView) => visitingOrder([first, sample(2)], "lin", now).map((each) => each.rank);
    expect(order(tried("2026-11-24T03:50:00Z"))).toEqual([2, 1]);
    expect(order(tried("2026-11-23T08:00:00Z"))).toEqual([1, 2]);
  });

  it("leaves out reserves and households that have their outcome", () => {
    expect(ranks([sample(1, { state: "completed" }), sample(2, { state: "reserve" }), sample(3)])).toEqual([3]);
  });

  it("takes the nearer one first once the phone knows where it is", () => {
    const far = { unit: "a", lat: "38.60", lon: "106.30" };
    const near = { unit: "b", lat: "38.47", lon: "106.28" };
    const list = [sample(1, { household: far }), sample(2, { household: near })];
    expect(ranks(list)).toEqual([1, 2]);
    lastPosition.value = { lat: 38.468, lon: 106.278, alt: 0, accuracy: 10 };
    expect(ranks(list)).toEqual([2, 1]);
    lastPosition.value = null;
  });
});

describe("the round on the first screen", () => {
  const round = (code: string, starts_on: string, ends_on: string) => ({ code, starts_on, ends_on, name: code });
  const pack = (rounds: unknown[], samples: SampleView[]) => ({ rounds, samples }) as unknown as PackageView;

  it("is the one that runs today, not the one that starts last", () => {
    const rounds = [round("A", "2026-11-01", "2026-11-30"), round("B", "2026-12-01", "2026-12-30")];
    expect(roundOf(pack(rounds, [sample(1, { round: "A" }), sample(2, { round: "B" })]), "2026-11-24")).toBe("A");
  });

  it("is the latest with households when none runs", () => {
    const rounds = [round("A", "2026-09-01", "2026-09-30"), round("B", "2026-10-01", "2026-10-30"), round("C", "2026-12-01", "2026-12-30")];
    expect(roundOf(pack(rounds, [sample(1, { round: "A" }), sample(2, { round: "B" })]), "2026-11-24")).toBe("B");
    expect(roundOf(pack([], []), "2026-11-24")).toBe("");
  });
});

describe("the state of sync as a sentence", () => {
  const status = (more: Partial<SyncStatus>): SyncStatus => ({
    phase: "idle", next_at: null, last_try_at: null, last_ok_at: null, reason: null, problem: null, ...more,
  });

  it("never says received where the server's word was not to be trusted", () => {
    const said = statusText(status({ phase: "sleeping", next_at: Date.now(), reason: "bad-receipt" }), true);
    expect(said).toContain("没有给出可信的回执");
    expect(said).not.toContain("上次同步");
  });

  it("says why and when it tries again, and that nothing is lost", () => {
    const said = statusText(status({ phase: "sleeping", next_at: Date.now(), reason: "server-busy" }), true);
    expect(said).toContain("服务器忙");
    expect(said).toContain("记录都在手机里");
  });

  it("asks to sign in again when the sign-in has run out, and names a missing network", () => {
    expect(statusText(status({ phase: "signed-out" }), true)).toContain("重新登录");
    expect(statusText(status({}), false)).toContain("没有网络");
  });
});
