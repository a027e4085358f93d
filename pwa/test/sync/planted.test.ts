/**
 * A fault for each invariant that the phone's own code keeps, as somebody could really write it: planted in the app's
 * modules, in this file alone, and found by the same histories that pass without it. The service's halves are planted in
 * tests/model/planted.py.
 */
import { afterEach, expect, it, vi } from "vitest";
import type { CoreEvent, Life } from "../../src/domain/core.ts";
import type { PhotoOutcome } from "../../src/sync/upload.ts";
import { note } from "../report.ts";

const MOST_SEEDS = 60;
const STEPS = 40;
type Module = Record<string, unknown>;

function change(path: string, how: (honest: Module) => Module): void {
  vi.doMock(path, async (original) => {
    const honest = await original<Module>();
    return { ...honest, ...how(honest) };
  });
}

const PLANTED: Record<string, [string, () => void | Promise<void>]> = {
  I1: ["writes are relaxed, as browsers have it by default", async () => void ((await import("../disk.ts")).disk.relaxed = true)],
  I4: ["a signature is not looked at", () => change("../../src/sync/verify.ts", () => ({ createVerifier: () => async () => true }))],
  I5: ["let go at the first proof", () => change("../../src/domain/core.ts", hasty)],
  I7: ["a photo that was sent counts as received", () => change("../../src/sync/upload.ts", () => ({ sendPhoto: async (): Promise<PhotoOutcome> => ({ word: "received" }) }))],
  I10: ["what failed once waits for a person", () => change("../../src/domain/core.ts", () => ({ afterTry: (word: string, held: boolean) => (word === "received" ? (held ? "held" : "received") : "refused") }))],
  I11: ["what a restored service lacks is asked and forgotten", () => change("../../src/sync/lives.ts", forgetful)],
};

function forgetful(honest: Module): Module {
  const changedLines = honest.changedLines as (opId: string, life: Life, event: CoreEvent) => unknown[];
  return { changedLines: (opId: string, life: Life, event: CoreEvent) => (event.type === "asked" ? [] : changedLines(opId, life, event)) };
}

function hasty(honest: Module): Module {
  const step = honest.step as (life: Life, event: CoreEvent) => Life;
  return {
    step: (life: Life, event: CoreEvent) => {
      const after = step(life, event);
      return event.type === "proven" && after.verified_at !== null ? { ...after, purged: true } : after;
    },
  };
}

afterEach(async () => {
  (await import("../disk.ts")).disk.relaxed = false;
  for (const path of ["verify", "upload", "lives"]) vi.doUnmock(`../../src/sync/${path}.ts`);
  vi.doUnmock("../../src/domain/core.ts");
  vi.resetModules();
});

it.each(Object.keys(PLANTED))("%s: the planted fault is found and called by its name", async (name) => {
  const [fault, plant] = PLANTED[name]!;
  vi.resetModules();
  await plant();
  const { run } = await import("./valley.ts");
  let found = "";
  let seed = 0;
  while (!found && seed < MOST_SEEDS) {
    seed += 1;
    await run(seed, STEPS).catch((error: Error) => (found = error.message));
  }
  expect(found).toMatch(new RegExp(`^${name}:`));
  note(`${name}-phone`, seed, `planted in the phone's code: ${fault}`);
}, 120_000);
