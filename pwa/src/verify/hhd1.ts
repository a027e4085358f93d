/**
 * HHD1 once more, in another language and from the same page of rules: tickets by SHA-256, lowest drawn.
 *
 * Compared byte by byte with the Python of the service by the published vectors. Sorting is by code unit, which is
 * byte order for this alphabet; never by a locale. Nothing here reads a clock, a network or a random source.
 */
import { sha256Hex } from "../domain/text.ts";
import { partsOf } from "./sources.ts";

/** One line of the commitment. */
export interface StratumLine {
  stratum: string;
  N: number;
  n: number;
  r: number;
  frameDigest: string;
}

/** What may not enter the hash, in both languages. */
export class Refused extends Error {
  constructor(
    readonly zh: string,
    readonly en: string,
  ) {
    super(en);
  }
}

/** 1–64 ASCII characters of `[0-9A-Z._-]` and nothing after them. */
export function isField(value: unknown): value is string {
  return typeof value === "string" && /^[0-9A-Z._-]{1,64}$/.test(value) && !value.endsWith("\n");
}

/** 64 lower-case hexadecimal characters. */
export function isHash(value: unknown): value is string {
  return typeof value === "string" && value.length === 64 && /^[0-9a-f]{64}$/.test(value);
}

function field(value: string, what = "unit"): string {
  if (isField(value)) return value;
  throw new Refused(
    `${what} 不合规则:只能是 1–64 个字符,限 0–9、A–Z、“.”、“_”、“-”`,
    `${what} is refused: 1-64 characters of 0-9, A-Z, '.', '_', '-' are allowed`,
  );
}

/** Byte order. */
export function byBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The digest of a stratum's whole frame; the order of the units does not matter, a duplicate is refused. */
export function frameDigest(draw: string, stratum: string, units: readonly string[]): string {
  const ordered = units.map((unit) => field(unit)).sort(byBytes);
  ordered.forEach((unit, place) => {
    if (place > 0 && unit === ordered[place - 1])
      throw new Refused(`${stratum} 中有重复的户 ${unit}`, `${stratum} names the unit ${unit} twice`);
  });
  const head = `HHD1|F|${field(draw)}|${field(stratum)}|${ordered.length}\n`;
  return sha256Hex(head + ordered.map((unit) => `${unit}\n`).join(""));
}

/** Refused unless the line can stand in a commitment. */
export function checkLine(line: StratumLine): void {
  const { stratum, N, n, r } = line;
  if (n < 1 || r < 0 || n + r > N)
    throw new Refused(`${stratum}:N=${N}、n=${n}、r=${r} 不成立`, `${stratum}: N=${N}, n=${n}, r=${r} cannot be`);
}

/** The 64 characters that are signed before the dice. */
export function commitment(draw: string, source: string, lines: readonly StratumLine[]): string {
  const body = lines.map((line) => `${line.stratum}|${line.N}|${line.n}|${line.r}|${line.frameDigest}\n`).sort(byBytes);
  return sha256Hex(`HHD1|C|${draw}|${source}|${lines.length}\n${body.join("")}`);
}

/** The seed that ties the public parts to this one commitment and draw. */
export function seed(commit: string, draw: string, parts: readonly string[]): string {
  return sha256Hex(["HHD1", "S", commit, draw, ...parts].join("|"));
}

/** A household's ticket; checkable by hand with any SHA-256 tool. */
export function ticket(seedHex: string, draw: string, stratum: string, unit: string): string {
  return sha256Hex(`HHD1|T|${seedHex}|${draw}|${stratum}|${unit}`);
}

/** The first `count` units by ascending ticket, then unit. */
export function drawn(
  seedHex: string,
  draw: string,
  stratum: string,
  units: readonly string[],
  count: number,
): string[] {
  const tickets = units.map((unit) => `${ticket(seedHex, draw, stratum, unit)}|${unit}`).sort(byBytes);
  return tickets.slice(0, count).map((text) => text.slice(65));
}

/** The parts fit the announced source, or Refused. */
export function checkParts(source: string, parts: readonly string[]): void {
  const announced = partsOf(source);
  if (announced) {
    if (parts.length !== announced.length) {
      const zh = announced.map((part) => part.zh).join("、");
      const en = announced.map((part) => part.en).join("; ");
      throw new Refused(
        `${source} 的种子应是 ${announced.length} 段:${zh}`,
        `the seed of ${source} has ${announced.length} part(s): ${en}`,
      );
    }
    announced.forEach((part, index) => {
      if (!part.fits(parts[index]!))
        throw new Refused(`第 ${index + 1} 段应是 ${part.zh}`, `part ${index + 1} of ${source} should be ${part.en}`);
    });
  }
  parts.forEach((part, index) => field(part, `part ${index + 1}`));
}
