import { describe, expect, it } from "vitest";
import { whyClosed } from "../../src/screens/standing.tsx";
import { packageView, type LocalDoorstep } from "../../src/sync/views.ts";
import type { Package, Sample } from "../../src/domain/wire.ts";
import type { StoredPackage } from "../../src/store/types.ts";

const DRAWN = "2017-05-12T00:00:00Z";

function sample(list: string, rank: number, n: number): Sample {
  return {
    sample_id: `2018-1-A1.${list}.${rank}`,
    rank,
    stratum: "poor",
    list,
    round: "2018-1",
    county: "640104",
    state: rank <= n ? "open" : "reserve",
    opened_at: rank <= n ? DRAWN : null,
    form_id: "q1_poor",
    household: { unit: `640104001201-${list}${rank}`, head_name: `户${rank}` },
    events: [],
  };
}

function pack(lists: [string, number, number][]): StoredPackage {
  const round = {
    code: "2018-1",
    name: "轮",
    starts_on: "2018-05-01",
    ends_on: "2018-06-01",
    quota: { poor: [2, 3], non_poor: [0, 0] },
    counties: [],
    strata: lists.map(([stratum, n, r]) => ({ stratum, N: 40, n, r })),
  };
  const samples = lists.flatMap(([list, n, r]) => Array.from({ length: n + r }, (_, i) => sample(list, i + 1, n)));
  const whole = { rounds: [round], samples, forms: [], tz: "Asia/Shanghai" } as unknown as Package;
  return { package: whole, fetched_at: "2018-05-02T00:00:00Z" } as StoredPackage;
}

let made = 0;
function step(sample_id: string, contact_result: string, started_at: string): LocalDoorstep {
  return { op_id: `op-${made++}`, sample_id, contact_result, started_at, kept_at: null };
}

const view = (stored: StoredPackage, local: LocalDoorstep[] = []) => packageView(stored, local, [], []);
const P = "2018-1-A1.640104-P";

describe("several lists of one stratum", () => {
  it("are walked apart, each with its own length", () => {
    const { samples, progress } = view(
      pack([
        ["640104-P.EXITED", 2, 2],
        ["640104-P.UNEXITED", 1, 2],
      ]),
      [step("2018-1-A1.640104-P.EXITED.1", "refused", "2018-05-03T01:00:00Z")],
    );
    const state = (id: string) => samples.find((each) => each.sample_id === id)?.state;
    expect(state("2018-1-A1.640104-P.EXITED.3")).toBe("open");
    expect(state("2018-1-A1.640104-P.UNEXITED.2")).toBe("reserve");
    expect(progress).toEqual([
      { round: "2018-1", county: "640104", stratum: "poor", completed: 0, open: 3, quota: [2, 3], n: 3 },
    ]);
  });

  it("leave the panel out of the count", () => {
    const { progress } = view(
      pack([
        ["640104-P.FRESH", 2, 2],
        ["640104-P.PANEL", 1, 1],
      ]),
      [step("2018-1-A1.640104-P.PANEL.1", "completed", "2018-05-03T01:00:00Z")],
    );
    expect(progress[0]).toMatchObject({ completed: 0, n: 2 });
  });
});

describe("a household that an open and a covert draw both picked", () => {
  it("fills one place of the bar, whichever of its interviews is here", () => {
    const stored = pack([["640104-P", 2, 0]]);
    const covert = stored.package.samples.map((each) => ({ ...each, sample_id: each.sample_id.replace("-A1", "-C1-A1") }));
    const both = { ...stored, package: { ...stored.package, samples: [...stored.package.samples, ...covert] } };
    const met = [`${P}.1`, "2018-1-C1-A1.640104-P.1"].map((id) => step(id, "completed", "2018-05-03T01:00:00Z"));

    expect(view(both, met).progress[0]).toMatchObject({ completed: 1, open: 2 });
    expect(view(both, [...met, step("2018-1-C1-A1.640104-P.2", "completed", "2018-05-03T02:00:00Z")]).progress[0]).toMatchObject({ completed: 2 });
  });
});

describe("a reserve whose turn has not come", () => {
  it("says which households are still to be visited", () => {
    const { samples } = view(pack([["640104-P", 2, 2]]));
    const reserve = samples.find((each) => each.rank === 3);
    expect(reserve?.state).toBe("reserve");
    expect(reserve && whyClosed(reserve)).toContain("还没有结果的有 2 户:1 户1、2 户2。");
  });

  it("names the household that had only one attempt", () => {
    const { samples } = view(pack([["640104-P", 2, 2]]), [step(`${P}.2`, "absent", "2018-05-03T01:00:00Z")]);
    const reserve = samples.find((each) => each.rank === 3);
    expect(reserve && whyClosed(reserve)).toContain("2 户2 只上门 1 次");
  });

  it("opens after two attempts at different times of day", () => {
    const tried = ["2018-05-03T01:00:00Z", "2018-05-03T06:00:00Z"].map((at) => step(`${P}.2`, "absent", at));
    expect(view(pack([["640104-P", 2, 2]]), tried).samples.find((each) => each.rank === 3)?.state).toBe("open");
  });

  it("is surplus when a main household succeeded after all", () => {
    const steps = [
      step(`${P}.1`, "refused", "2018-05-03T01:00:00Z"),
      step(`${P}.3`, "completed", "2018-05-03T02:00:00Z"),
      step(`${P}.1`, "completed", "2018-05-03T03:00:00Z"),
      step(`${P}.2`, "completed", "2018-05-03T04:00:00Z"),
    ];
    const third = view(pack([["640104-P", 2, 2]]), steps).samples.find((each) => each.rank === 3);
    expect(third).toMatchObject({ state: "reserve", surplus: true });
    expect(third && whyClosed(third)).toContain("不计入结果");
  });
});
