import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { goesNow, newLife, phaseOf, step, wantsProof, type CoreEvent, type Life } from "../../src/domain/core.ts";

interface Step {
  event: CoreEvent;
  now: string;
  life: Life;
  phase: string;
  goes: unknown;
  goes_pressed: unknown;
  wants_proof: boolean;
}

const file = new URL("../../../tests/contracts/cases/phone_core.json", import.meta.url);
const { walks } = JSON.parse(readFileSync(file, "utf8")) as { walks: { seed: number; photos: string[]; steps: Step[] }[] };

describe("the life of a record", () => {
  it("agrees with the model in Python on every step of every walk", () => {
    let steps = 0;
    for (const { seed, photos, steps: told } of walks) {
      let life = newLife(photos);
      for (const [index, each] of told.entries()) {
        life = step(life, each.event);
        const where = `walk ${seed}, step ${index}, ${each.event.type}`;
        expect(life, where).toEqual(each.life);
        expect(phaseOf(life), where).toBe(each.phase);
        expect(goesNow(life, false), where).toEqual(each.goes);
        expect(goesNow(life, true), where).toEqual(each.goes_pressed);
        expect(wantsProof(life, Date.parse(each.now)), where).toBe(each.wants_proof);
        steps += 1;
      }
    }
    expect(steps).toBeGreaterThan(1000);
  });

  it("no purge without two proofs that lie thirty days apart by the service's clock", () => {
    let life = newLife(["p"]);
    const proof = (at: string): CoreEvent => ({ type: "proven", at, op: true, photos: ["p"] });
    life = step(life, proof("2026-01-01T00:00:00Z"));
    expect(phaseOf(life)).toBe("sealed");
    life = step(life, { type: "op-tried", word: "received", held: false });
    life = step(life, proof("2027-01-01T00:00:00Z"));
    expect(phaseOf(life)).toBe("receipted");
    life = step(life, { type: "photo-tried", photo: "p", word: "received" });
    life = step(life, proof("2027-01-02T00:00:00Z"));
    expect(phaseOf(life)).toBe("verified");
    life = step(life, proof("2027-01-31T23:59:59Z"));
    expect(phaseOf(life)).toBe("verified");
    life = step(life, { type: "proven", at: "2027-02-01T00:00:00Z", op: true, photos: [] });
    expect(phaseOf(life)).toBe("receipted");
    life = step(life, { type: "photo-tried", photo: "p", word: "received" });
    life = step(life, proof("2027-03-01T00:00:00Z"));
    life = step(life, proof("2027-03-31T00:00:00Z"));
    expect(phaseOf(life)).toBe("purged");
  });

  it.each<CoreEvent>([
    { type: "revoked" },
    { type: "restarted" },
    { type: "op-tried", word: "sign-in", held: false },
    { type: "op-tried", word: "needs-person", held: false },
    { type: "asked", lacks_op: null, lacks_photos: null },
  ])("$type takes nothing from the phone", (event) => {
    const life = step({ ...newLife(["p"]), op: "received" }, event);
    expect(life.purged).toBe(false);
  });
});
