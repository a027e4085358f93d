import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { AT_REST, nextPlan, type Plan, type PlanEvent } from "../../src/domain/schedule.ts";

interface Step {
  event: PlanEvent;
  now: number;
  chance: number;
  plan: Plan;
}

const CASES = new URL("../../../tests/contracts/cases/phone_schedule.json", import.meta.url);
const { walks } = JSON.parse(readFileSync(CASES, "utf8")) as { walks: Step[][] };

describe("the plan of syncing", () => {
  it("agrees with the model in Python after every event of every walk", () => {
    for (const [n, walk] of walks.entries()) {
      let plan = AT_REST;
      for (const [i, step] of walk.entries()) {
        plan = nextPlan(plan, step.event, step.now, step.chance);
        expect(plan, `walk ${n}, step ${i}: ${JSON.stringify(step.event)}`).toEqual(step.plan);
      }
    }
  });

  it("walks through every phase and every kind of event", () => {
    const steps = walks.flat();
    expect(new Set(steps.map((each) => each.plan.phase)).size).toBe(4);
    expect(new Set(steps.map((each) => each.event.type)).size).toBe(3);
    expect(steps.filter((each) => each.plan.again === "button").length).toBeGreaterThan(5);
  });
});
