import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { afterBatch, FIRST_RUN, type Answer, type Move, type Run } from "../../src/domain/batches.ts";

interface Step {
  sent: number;
  answer: Answer;
  move: Move;
  run: Run;
}

const CASES = new URL("../../../tests/contracts/cases/phone_batches.json", import.meta.url);
const { walks } = JSON.parse(readFileSync(CASES, "utf8")) as { walks: Step[][] };

describe("how many records go at once", () => {
  it("agrees with the model in Python after every envelope of every run", () => {
    for (const [n, walk] of walks.entries()) {
      let run = FIRST_RUN;
      for (const [i, step] of walk.entries()) {
        const where = `walk ${n}, envelope ${i}`;
        expect(step.sent, where).toBeLessThanOrEqual(run.most);
        const next = afterBatch(run, step.sent, step.answer);
        expect(next, where).toEqual({ run: step.run, move: step.move });
        run = next.run;
      }
    }
  });

  it("meets every answer, alone and in company, and every move", () => {
    const steps = walks.flat();
    const met = new Set(steps.map((each) => `${each.answer} ${each.sent > 1 ? "many" : "alone"} ${each.move}`));
    expect([...met].sort()).toEqual([
      "failed alone end", "failed alone on", "failed many again", "proper alone on", "proper many on",
      "refused alone on", "refused many again", "stop alone end", "stop many end",
    ]);
  });
});
