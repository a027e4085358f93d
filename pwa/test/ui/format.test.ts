import { describe, expect, it } from "vitest";
import { bytesText, grouped, kilometres, kmText, shortInstant } from "../../src/ui/format.ts";
import { geopointText, readGeopoint } from "../../src/ui/position.ts";
import { fitted } from "../../src/ui/shrink.ts";

describe("figures are written as the screens promise", () => {
  it("an instant of today is its hour, of another day its date too, of nothing nothing", () => {
    const now = new Date(2026, 10, 24, 18, 0);
    expect(shortInstant(new Date(2026, 10, 24, 9, 5), now)).toBe("09:05");
    expect(shortInstant(new Date(2026, 10, 23, 16, 5), now)).toBe("11-23 16:05");
    expect(shortInstant("", now)).toBe("");
    expect(shortInstant("not a time", now)).toBe("");
  });

  it("bytes are counted in thousands, as phones print them", () => {
    expect([17, 1200, 328_000, 1_600_000, 10_700_000_000].map(bytesText)).toEqual([
      "17 B", "1 KB", "328 KB", "1.6 MB", "10.7 GB",
    ]);
  });

  it("only whole numbers are grouped", () => {
    expect(["2000", "-3000", "1234567", "999", "46.5", "2016年"].map(grouped)).toEqual([
      "2,000", "-3,000", "1,234,567", "999", "46.5", "2016年",
    ]);
  });

  it("Yinchuan drum tower to Helan is about eleven kilometres", () => {
    const km = kilometres(38.4681, 106.2783, 38.5545, 106.3496);
    expect(km).toBeGreaterThan(10.5);
    expect(km).toBeLessThan(12.5);
    expect(kmText(1.24)).toBe("1.2");
    expect(kmText(9.96)).toBe("10");
    expect(kmText(23.4)).toBe("23");
  });

  it("a position survives the way into an answer and back", () => {
    const place = { lat: 38.5545, lon: 106.3496, alt: 1112, accuracy: 12.3 };
    expect(geopointText(place)).toBe("38.5545000 106.3496000 1112.0 12.3");
    expect(readGeopoint(geopointText(place))).toEqual(place);
    expect(readGeopoint("somewhere")).toBeNull();
  });
});

describe("a photo is made smaller, never larger", () => {
  it("keeps its shape within the longest edge", () => {
    expect(fitted(4000, 3000, 1600)).toEqual([1600, 1200]);
    expect(fitted(3000, 4000, 1600)).toEqual([1200, 1600]);
    expect(fitted(640, 480, 1600)).toEqual([640, 480]);
    expect(fitted(9000, 2, 1600)).toEqual([1600, 1]);
  });
});
