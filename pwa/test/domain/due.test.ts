import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { daysLeft, pairOf, type LogFacts } from "../../src/domain/due.ts";

interface Case {
  name: string;
  every: number;
  logs: LogFacts[];
  visited_on: string | null;
  due_on: string | null;
}

const file = new URL("../../../tests/contracts/cases/visit_due.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(file, "utf8")) as { cases: Case[] };

describe("when a helper's visit is due", () => {
  it.each(cases)("$name", ({ logs, every, visited_on, due_on }) => {
    expect(pairOf(logs, every)).toEqual({ visited_on, due_on });
  });

  it("counts the days, the day itself being due", () => {
    const pair = { visited_on: "2017-05-01", due_on: "2017-05-31" };
    expect(["2017-05-29", "2017-05-31", "2017-06-03"].map((day) => daysLeft(pair, day))).toEqual([2, 0, -3]);
    expect(daysLeft({ visited_on: null, due_on: null }, "2017-05-01")).toBe(0);
  });
});
