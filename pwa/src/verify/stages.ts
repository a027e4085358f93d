/**
 * Two stages: villages by size first, then households in them; the twin of methods/draw/stages.py. Integers only, as
 * BigInt, because a rounded fraction would make two machines disagree.
 */
import { sha256Hex } from "../domain/text.ts";
import { Refused, drawn, isField } from "./hhd1.ts";
import { type Json, Numeral } from "./json.ts";

/** A village that was hit. */
export interface Hit {
  village: string;
  size: number;
  hits: number;
}

/** The first stage of one stratum as a record states it. */
export interface Stage {
  stratum: string;
  m: number;
  b: number;
  total: number;
  start: number;
  picked: Hit[];
}

/** The name under which a stratum's villages are ticketed and committed. */
export function villageLine(stage: Stage): string {
  return `V-${stage.stratum}`;
}

/** Whether a line of the commitment is one of this stage's villages. */
export function isOf(stage: Stage, line: string): boolean {
  return line.startsWith(head(stage.stratum));
}

/** The village of such a line. */
export function villageOf(stage: Stage, line: string): string {
  return line.slice(head(stage.stratum).length);
}

/** How often the village of such a line was hit. */
export function hitsOf(stage: Stage, line: string): number {
  let hits = 0;
  for (const hit of stage.picked) if (head(stage.stratum) + hit.village === line) hits = hit.hits;
  return hits;
}

function head(stratum: string): string {
  return `${stratum}${stratum.includes(".") ? "-" : "."}`;
}

/** Hit m times among the villages, each in proportion to its size. */
export function pickVillages(
  seed: string,
  draw: string,
  stratum: string,
  sizes: ReadonlyMap<string, number>,
  m: number,
): { total: number; start: number; picked: Hit[] } {
  const total = [...sizes.values()].reduce((sum, size) => sum + BigInt(size), 0n);
  if (m < 1 || sizes.size === 0 || [...sizes.values()].some((size) => size < 1) || total < BigInt(m))
    throw new Refused("村数或户数不足以分两级抽", "too few villages or households for two stages");
  const start = BigInt(`0x${sha256Hex(`HHD1|U|${seed}|${draw}|${stratum}`)}`) % total;
  const below = (bound: bigint): bigint => (bound <= start ? 0n : (bound - start + total - 1n) / total);
  const picked: Hit[] = [];
  let cumulated = 0n;
  for (const village of drawn(seed, draw, `V-${stratum}`, [...sizes.keys()], sizes.size)) {
    const size = sizes.get(village)!;
    const upTo = cumulated + BigInt(size);
    const hits = Number(below(BigInt(m) * upTo) - below(BigInt(m) * cumulated));
    if (hits > 0) picked.push({ village, size, hits });
    cumulated = upTo;
  }
  return { total: Number(total), start: Number(start), picked };
}

/** The first stages of a record, or the place that is malformed. */
export function readStages(rows: Json | undefined): Stage[] | string {
  if (rows === undefined) return [];
  if (!Array.isArray(rows)) return "stages";
  const found: Stage[] = [];
  for (let index = 0; index < rows.length; index += 1) {
    const where = `stages/${index}`;
    const row = rows[index];
    const picked = row instanceof Map ? row.get("picked") : undefined;
    if (!(row instanceof Map) || !Array.isArray(picked)) return where;
    const stratum = row.get("stratum");
    const [m, b, total, start] = ["m", "b", "M", "start"].map((name) => whole(row.get(name)));
    if (!isField(stratum) || !m || !b || total == null || start == null) return where;
    const hits = picked.map(hitOf);
    if (hits.some((hit) => hit === null)) return `${where}/picked`;
    found.push({ stratum, m, b, total, start, picked: hits as Hit[] });
  }
  return new Set(found.map((stage) => stage.stratum)).size === found.length ? found : "stages";
}

function hitOf(row: Json): Hit | null {
  if (!Array.isArray(row) || row.length < 3) return null;
  const [village, size, hits] = [row[0], whole(row[1]), whole(row[2])];
  return isField(village) && size !== null && hits !== null ? { village, size, hits } : null;
}

function whole(value: Json | undefined): number | null {
  return value instanceof Numeral ? value.count : null;
}
