import { describe, expect, it } from "vitest";
import { partOfDay, standings, type Doorstep } from "../../src/domain/opening.ts";
import shared from "../../../tests/contracts/cases/opening_rule.json";

interface Case {
  name: string;
  n: number;
  drawn_at: string;
  ranks: Doorstep[][];
  expect: { state: string; code: string | null; opened_at: string | null }[];
}

/** Instants as numbers, so that two spellings of one instant are equal; a reserve's code is not compared. */
function comparable(places: Case["expect"]) {
  return places.map((place) => ({
    state: place.state,
    code: place.state === "reserve" ? null : place.code,
    opened_at: place.opened_at === null ? null : Date.parse(place.opened_at),
  }));
}

describe("the opening rule is the server's", () => {
  it.each(shared.cases as unknown as Case[])("$name", (story) => {
    const found = standings(story.ranks, story.n, story.drawn_at, shared.tz);
    expect(comparable(found)).toEqual(comparable(story.expect));
  });
});

describe("parts of the day", () => {
  it.each([
    ["2017-05-21T03:59:59Z", "morning"],
    ["2017-05-21T04:00:00Z", "afternoon"],
    ["2017-05-21T09:59:59Z", "afternoon"],
    ["2017-05-21T10:00:00Z", "evening"],
    ["2017-05-20T16:00:00Z", "morning"],
  ])("%s is %s in Yinchuan", (instant, part) => {
    expect(partOfDay(instant, "Asia/Shanghai")).toBe(part);
  });
});
