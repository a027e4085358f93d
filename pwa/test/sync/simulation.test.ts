import { expect, it } from "vitest";
import { note, rounds } from "../report.ts";
import { run } from "./valley.ts";

const STEPS = 40;

it("in every history all that the phone promised is kept: killed, cut, lied to, set back", async () => {
  const first = Number(process.env.RUHU_SEED ?? "1");
  const count = rounds(12, 2000);
  let records = 0;
  for (let seed = first; seed < first + count; seed += 1) records += (await run(seed, STEPS)).promised.size;
  expect(records).toBeGreaterThan(count);
  note("SIM-phone", count, `seeded histories of ${STEPS} steps of the phone's own code; ${records} visits, 0 lost`);
}, 3_600_000);
