import { describe, expect, it } from "vitest";
import { middleOf, moved } from "../../src/screens/interview/ranges.tsx";

describe("ranges and ranks", () => {
  it("a slider waits on a step, not between two", () => {
    expect(middleOf({ start: 0, end: 10, step: 1 })).toBe(5);
    expect(middleOf({ start: 1, end: 10, step: 2 })).toBe(5);
    expect(middleOf({ start: 0, end: 1, step: 0.1 })).toBe(0.5);
  });

  it("a choice moves one place and never out of the list", () => {
    expect(moved(["a", "b", "c"], "b", -1)).toEqual(["b", "a", "c"]);
    expect(moved(["a", "b", "c"], "b", 1)).toEqual(["a", "c", "b"]);
    expect(moved(["a", "b", "c"], "a", -1)).toEqual(["a", "b", "c"]);
    expect(moved(["a", "b", "c"], "x", 1)).toEqual(["a", "b", "c"]);
  });
});
