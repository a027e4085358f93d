/** The published vectors and the shared file of tampered records, in the language of the verifying page. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { check } from "../../src/verify/check.ts";
import { readFrame } from "../../src/verify/files.ts";
import { type StratumLine, commitment, drawn, frameDigest, seed, ticket } from "../../src/verify/hhd1.ts";
import { Numeral, canonical, readJson } from "../../src/verify/json.ts";
import { bitsOf, partsOf } from "../../src/verify/sources.ts";
import { pickVillages } from "../../src/verify/stages.ts";

const read = (path: string) => JSON.parse(readFileSync(new URL(`../../../tests/${path}`, import.meta.url), "utf8"));
const TV = read("oracle/draw_vectors.json");
const units = (first: number, last: number): string[] =>
  [1, 2, 3, 4, 5].flatMap((village) =>
    Array.from({ length: last - first + 1 }, (_, i) => `C01V0${village}-${String(first + i).padStart(4, "0")}`),
  );
const POOR = units(1, 8);
const NON_POOR = units(101, 124);

function line(draw: string, stratum: string, of: string[], n: number, r: number): StratumLine {
  return { stratum, N: of.length, n, r, frameDigest: frameDigest(draw, stratum, of) };
}

describe("the published vectors", () => {
  it("TV1: a ticket is the SHA-256 of one line", () => {
    const { seed: s, draw, stratum, unit } = TV.TV1;
    expect(ticket(s, draw, stratum, unit)).toBe(TV.TV1.ticket);
  });

  it("TV2: frames, commitment, seed and both lists", () => {
    const { draw, source, parts } = TV.TV2;
    const lines = [line(draw, "C01-P", POOR, 10, 20), line(draw, "C01-N", NON_POOR, 4, 8)];
    expect(lines.map((each) => each.frameDigest)).toEqual([TV.TV2.poor.frame, TV.TV2.nonpoor.frame]);
    const commit = commitment(draw, source, lines);
    expect(commit).toBe(TV.TV2.commit);
    expect(seed(commit, draw, parts)).toBe(TV.TV2.seed);
    const poor = drawn(TV.TV2.seed, draw, "C01-P", [...POOR].reverse(), 30);
    expect([poor.slice(0, 10), poor.slice(10)]).toEqual([TV.TV2.main_poor, TV.TV2.reserve_poor]);
    const other = drawn(TV.TV2.seed, draw, "C01-N", NON_POOR, 12);
    expect([other.slice(0, 4), other.slice(4)]).toEqual([TV.TV2.main_nonpoor, TV.TV2.reserve_nonpoor]);
  });

  it("TV3: several parts in their order", () => {
    const { commit, draw, parts } = TV.TV3;
    expect(seed(commit, draw, parts)).toBe(TV.TV3.seed);
    expect(drawn(TV.TV3.seed, draw, "C01-P", POOR, 5)).toEqual(TV.TV3.first5);
  });

  it("TV4: villages by size, then households in them", () => {
    const { draw, stratum, m, villages, households } = TV.TV4;
    const found = pickVillages(TV.TV4.seed, draw, stratum, new Map(Object.entries<number>(villages)), m);
    expect(found.start).toBe(TV.TV4.start);
    expect(found.picked.map((hit) => [hit.village, hit.hits])).toEqual(TV.TV4.picked);
    for (const [village, expected] of Object.entries<string[]>(households)) {
      const of = Array.from({ length: villages[village] }, (_, i) => `${village}-${String(i + 1).padStart(4, "0")}`);
      expect(drawn(TV.TV4.seed, draw, `${stratum}.${village}`, of, 2)).toEqual(expected);
    }
  });

  it("TV5: fresh and panel apart", () => {
    const { draw } = TV.TV5;
    const panel = TV.TV2.main_poor as string[];
    const fresh = POOR.filter((unit) => !panel.includes(unit));
    const lines = [line(draw, "C01-P.FRESH", fresh, 7, 14), line(draw, "C01-P.PANEL", panel, 3, 7)];
    const commit = commitment(draw, "DICE10X20", lines);
    expect(commit).toBe(TV.TV5.commit);
    const s = seed(commit, draw, ["00000000000000000001"]);
    expect(s).toBe(TV.TV5.seed);
    expect(drawn(s, draw, "C01-P.FRESH", fresh, 7)).toEqual(TV.TV5.fresh);
    expect(drawn(s, draw, "C01-P.PANEL", panel, 3)).toEqual(TV.TV5.panel);
  });
});

interface Case {
  name: string;
  where: string;
  record: unknown;
  frame: [string, string][] | null;
  paper: { commitment?: string; key?: string };
}

const CSV = (rows: [string, string][]): string => `stratum,unit\n${rows.map((row) => row.join(",")).join("\n")}\n`;
// The text as it stands in the file, so that 1.0 stays 1.0: JSON.stringify would write 1.
const textOf = (record: unknown): string => JSON.stringify(record).replace('"weight":1}', '"weight":1.0}');

describe("tampered records", () => {
  for (const each of read("contracts/cases/draw_records.json").cases as Case[]) {
    it(`${each.name} → ${each.where || "holds"}`, async () => {
      const frames = each.frame ? [{ name: "frame.csv", text: CSV(each.frame) }] : [];
      const paper = { commitment: each.paper.commitment ?? "", key: each.paper.key ?? "" };
      const answer = await check({ name: "record.json", text: textOf(each.record) }, frames, paper, crypto.subtle);
      expect(answer.refusal).toBeNull();
      expect(answer.differences[0]?.where ?? "").toBe(each.where);
      expect(answer.holds).toBe(each.where === "");
    });
  }

  it("without WebCrypto all but the signature is checked, and it says so", async () => {
    const [honest] = read("contracts/cases/draw_records.json").cases as Case[];
    const file = { name: "record.json", text: textOf(honest!.record) };
    const answer = await check(file, [], { commitment: "", key: "" }, undefined);
    expect(answer.holds).toBe(true);
    expect(answer.notes.map(([, en]) => en).join()).toContain("signature was not checked");
  });

  it.each(["", "{", "[1", '{"a":1,}', "null x", "NaN", "[".repeat(5000)])("%j is no JSON", async (text) => {
    const answer = await check({ name: "x.json", text }, [], { commitment: "", key: "" }, crypto.subtle);
    expect(answer.refusal?.[1]).toContain("x.json");
  });

  it.each(["null", "1", "[]", '"x"', "{}", '{"version":"HHD1"}', '{"version":"HHD1","draw":[]}'])(
    "%s is named and never thrown",
    async (text) => {
      const answer = await check({ name: "x.json", text }, [], { commitment: "", key: "" }, crypto.subtle);
      expect(answer.holds).toBe(false);
      expect(answer.differences.length).toBeGreaterThan(0);
    },
  );
});

describe("files", () => {
  it("JSON keeps numbers as written and sorts keys by code point", () => {
    const found = readJson('\uFEFF{"b":1.0,"a":[1e3,12345678901234567890,"\\u0041\\n"],"\uD842\uDFB7":1,"\uFF5E":null}');
    expect(found.ok && canonical(found.value)).toBe(
      '{"a":[1e3,12345678901234567890,"A\\n"],"b":1.0,"\uFF5E":null,"\uD842\uDFB7":1}',
    );
    expect(new Numeral("1e3").count).toBeNull();
    expect(new Numeral("1000000000000").count).toBeNull();
    expect(new Numeral("-0").count).toBe(0);
  });

  it("a frame may have quotes, a byte-order mark and Windows line ends", () => {
    expect(readFrame('\uFEFFstratum,unit,registered_id\r\nP,A-1,"x,""y"""\r\n\r\n"N",B-2\r\n')).toEqual({
      rows: [
        ["P", "A-1"],
        ["N", "B-2"],
      ],
    });
    expect(readFrame("a,b\n")).toHaveProperty("en");
    expect(readFrame("stratum,unit\nP\n")).toHaveProperty("zh", "第 2 行缺列");
  });

  it.each([
    ["DICE10X20", 66],
    ["DICE6X26", 67],
    ["FC3D-1", 9],
    ["SSQ-1.DLT-1", 48],
    ["KL8-1", 61],
    ["PARTY3.PARTY2", 64],
  ])("%s is worth %d bits", (source, bits) => {
    expect(bitsOf(partsOf(source)!)).toBe(bits);
  });
});
