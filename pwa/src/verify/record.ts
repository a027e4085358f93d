/**
 * Recompute a draw record from public data alone and name the differences; the twin of methods/draw/records.py.
 *
 * Whatever the file holds, the answer is a list and never an exception: a record may come from anyone. Both are
 * proved by tests/contracts/cases/draw_records.json.
 */
import { type StratumLine, Refused, byBytes, checkLine, checkParts, commitment, drawn, frameDigest, isField, isHash, seed, ticket } from "./hhd1.ts";
import { type Json, Numeral } from "./json.ts";
import { isEnough, pledgeFault } from "./sources.ts";
import { type Stage, isOf, pickVillages, readStages, villageLine, villageOf, hitsOf } from "./stages.ts";
import { type Pair, TEAM, assign, isWalkable, readPair, readTeams } from "./teams.ts";

/** One place where a record does not say what the public data say. */
export interface Difference {
  where: string;
  zh: string;
  en: string;
}

/** The differences in the order a person would look for them, and which frames were looked at. */
export interface Verification {
  differences: Difference[];
  checked: string[];
  missing: string[];
}

/** A stratum and a unit. */
export type FrameRow = readonly [string, string];

interface DrawRecord {
  draw: string;
  source: string;
  strata: StratumLine[];
  commitment: string;
  parts: string[];
  seed: string;
  lists: Map<string, { main: string[]; reserve: string[] }>;
  pledges: string[];
  villages: Map<string, Map<string, number>>;
  stages: Stage[];
  /** County → team, where teams were drawn. */
  teams: Map<string, string> | null;
  /** Stratum → how many main and reserve its list must hold; villages that were not hit have no list. */
  due: Map<string, [number, number]>;
}

class NotARecord extends Error {
  constructor(
    readonly where: string,
    readonly zh = "缺少或形状不对",
    readonly en = "missing or malformed",
  ) {
    super(where);
  }
}

/** Recompute a record; `frame` gives rows of one stratum or more, in any order. */
export function verify(value: Json, frame?: readonly FrameRow[]): Verification {
  let record: DrawRecord;
  try {
    record = parse(value);
  } catch (fault) {
    if (!(fault instanceof NotARecord)) throw fault;
    return { differences: [differs(fault.where, fault.zh, fault.en)], checked: [], missing: [] };
  }
  const found = stated(record);
  const names = record.strata.map((line) => line.stratum);
  if (!frame) return { differences: found, checked: [], missing: names };
  const units = new Map<string, string[]>();
  for (const [stratum, unit] of frame) {
    const list = units.get(stratum);
    if (list) list.push(unit);
    else units.set(stratum, [unit]);
  }
  for (const line of record.strata) {
    const list = units.get(line.stratum);
    if (list) found.push(...againstFrame(record, line, list));
  }
  for (const stray of [...units.keys()].filter((name) => !names.includes(name)).sort(byBytes))
    found.push(differs(`frame/${stray}`, "名册里有记录中没有的层", "the record has no such stratum"));
  const has = (name: string): boolean => units.has(name);
  return { differences: found, checked: names.filter(has), missing: names.filter((name) => !has(name)) };
}

function differs(where: string, zh: string, en: string): Difference {
  return { where, zh: `${where}:${zh}`, en: `${where}: ${en}` };
}

// --- the shape ---

function parse(value: Json): DrawRecord {
  if (!(value instanceof Map)) throw new NotARecord("record");
  if (value.get("version") !== "HHD1") throw new NotARecord("version", "不是 HHD1", "is not HHD1");
  const [draw, source] = ["draw", "source"].map((key) => {
    const text = value.get(key);
    if (!isField(text)) throw new NotARecord(key);
    return text;
  }) as [string, string];
  const round = value.get("round");
  if (!isField(round) || !draw.startsWith(round) || !/^(?:-C[1-9][0-9]*|-T)?-A[1-9][0-9]*$/.test(draw.slice(round.length)))
    throw new NotARecord("draw", "不是“轮次-A次数”", "is not the round's code, -A and the attempt");
  for (const key of ["commitment", "seed"])
    if (!isHash(value.get(key))) throw new NotARecord(key, "不是 64 位十六进制", "is not 64 hexadecimal characters");
  const parts = value.get("parts");
  if (!Array.isArray(parts) || parts.length === 0 || !parts.every(isField)) throw new NotARecord("parts");
  const strata = parseStrata(value.get("strata"));
  const stages = readStages(value.get("stages"));
  if (typeof stages === "string") throw new NotARecord(stages);
  const due = dueOf(strata, stages);
  return {
    draw,
    source,
    strata,
    commitment: value.get("commitment") as string,
    parts: parts as string[],
    seed: value.get("seed") as string,
    lists: parseLists(value.get("lists"), due),
    pledges: parsePledges(value.get("pledges")),
    villages: parseVillages(value.get("villages"), strata),
    stages,
    teams: parseTeams(value.get("teams")),
    due,
  };
}

function dueOf(strata: StratumLine[], stages: Stage[]): DrawRecord["due"] {
  const due: DrawRecord["due"] = new Map();
  for (const line of strata) {
    if (stages.some((stage) => villageLine(stage) === line.stratum)) continue;
    const stage = stages.find((each) => isOf(each, line.stratum));
    const hits = stage ? hitsOf(stage, line.stratum) : 1;
    const main = line.n * hits;
    if (hits > 0) due.set(line.stratum, [main, hits === 1 ? line.r : Math.min(2 * main, line.N - main)]);
  }
  return due;
}

function parseStrata(rows: Json | undefined): StratumLine[] {
  if (!Array.isArray(rows) || rows.length === 0) throw new NotARecord("strata");
  const lines: StratumLine[] = [];
  rows.forEach((row, index) => {
    const where = `strata/${index}`;
    if (!(row instanceof Map)) throw new NotARecord(where);
    const [stratum, digest] = [row.get("stratum"), row.get("frame_digest")];
    const [N, n, r] = ["N", "n", "r"].map((key) => countOf(row.get(key)));
    if (!isField(stratum) || !isHash(digest) || N === null || n === null || r === null) throw new NotARecord(where);
    const line = { stratum, N: N!, n: n!, r: r!, frameDigest: digest };
    try {
      checkLine(line);
    } catch (refused) {
      if (!(refused instanceof Refused)) throw refused;
      throw new NotARecord(where, refused.zh, refused.en);
    }
    if (lines.some((other) => other.stratum === stratum))
      throw new NotARecord(where, "同一层出现两次", "the stratum appears twice");
    lines.push(line);
  });
  return lines;
}

function countOf(value: Json | undefined): number | null {
  return value instanceof Numeral ? value.count : null;
}

function parseLists(value: Json | undefined, due: DrawRecord["due"]): DrawRecord["lists"] {
  if (!(value instanceof Map)) throw new NotARecord("lists");
  if (value.size !== due.size || ![...due.keys()].every((name) => value.has(name)))
    throw new NotARecord("lists", "与各层不一一对应", "do not match the strata one to one");
  const lists: DrawRecord["lists"] = new Map();
  for (const stratum of due.keys()) {
    const both = value.get(stratum);
    const [main, reserve] = ["main", "reserve"].map((part) => {
      const units = both instanceof Map ? both.get(part) : undefined;
      if (!Array.isArray(units) || !units.every(isField)) throw new NotARecord(`lists/${stratum}/${part}`);
      return units as string[];
    }) as [string[], string[]];
    lists.set(stratum, { main, reserve });
  }
  return lists;
}

function parsePledges(value: Json | undefined): string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || !value.every(isHash)) throw new NotARecord("pledges");
  return value as string[];
}

function parseVillages(value: Json | undefined, strata: StratumLine[]): DrawRecord["villages"] {
  const found: DrawRecord["villages"] = new Map();
  if (value === undefined) return found;
  if (!(value instanceof Map) || ![...value.keys()].every((name) => strata.some((line) => line.stratum === name)))
    throw new NotARecord("villages");
  for (const [stratum, counts] of value) {
    const sizes = new Map<string, number>();
    if (!(counts instanceof Map)) throw new NotARecord(`villages/${stratum}`);
    for (const [village, size] of counts) {
      const count = countOf(size);
      if (count === null) throw new NotARecord(`villages/${stratum}`);
      sizes.set(village, count);
    }
    found.set(stratum, sizes);
  }
  return found;
}

function parseTeams(value: Json | undefined): DrawRecord["teams"] {
  const found = readTeams(value);
  if (found === undefined) throw new NotARecord("teams");
  return found;
}

// --- what can be recomputed ---

function stated(record: DrawRecord): Difference[] {
  const found: Difference[] = [];
  const { draw, source, strata, parts } = record;
  if (commitment(draw, source, strata) !== record.commitment)
    found.push(differs("commitment", "与各层重新算出的不同", "differs from the one computed from the strata"));
  if (isEnough(source) === false)
    found.push(differs("source", "少于 40 比特,结果太少", "is worth less than 40 bits"));
  try {
    checkParts(source, parts);
    const place = pledgeFault(draw, source, parts, record.pledges);
    if (place)
      found.push(differs(`parts/${place}`, "不是事先封存的值,也不是骰子", "is neither the pledged value nor dice"));
  } catch (refused) {
    if (!(refused instanceof Refused)) throw refused;
    found.push(differs("parts", refused.zh, refused.en));
  }
  if (seed(record.commitment, draw, parts) !== record.seed)
    found.push(differs("seed", "与重新算出的不同", "differs from the one computed from commitment and parts"));
  for (const stage of record.stages) found.push(...staged(record, stage));
  found.push(...teamed(record));
  for (const line of strata) {
    found.push(...listed(record, line));
    const sizes = record.villages.get(line.stratum);
    if (sizes && [...sizes.values()].reduce((sum, size) => sum + size, 0) !== line.N)
      found.push(differs(`villages/${line.stratum}`, `合计不是 ${line.N} 户`, `do not add up to ${line.N}`));
  }
  return found;
}

/** Its villages are those of the commitment with their sizes, and the seed hits these of them. */
function staged(record: DrawRecord, stage: Stage): Difference[] {
  const where = `stages/${stage.stratum}`;
  const homes = record.strata.filter((line) => isOf(stage, line.stratum));
  const line = record.strata.find((each) => each.stratum === villageLine(stage));
  if (!line || line.n !== stage.m || line.r !== 0 || homes.some((home) => home.n !== stage.b))
    return [differs(where, "与承诺里的村、每村户数不符", "does not fit the villages and sizes committed to")];
  const sizes = new Map(homes.map((home) => [villageOf(stage, home.stratum), home.N]));
  try {
    const units = [...sizes].map(([village, size]) => `${village}.${size}`);
    if (line.frameDigest !== frameDigest(record.draw, line.stratum, units))
      return [differs(where, "村的户数与各村名册不符", "the sizes of villages are not those of their frames")];
    return pickedDifferences(record, stage, sizes, where);
  } catch (refused) {
    if (!(refused instanceof Refused)) throw refused;
    return [differs(where, refused.zh, refused.en)];
  }
}

function pickedDifferences(record: DrawRecord, stage: Stage, sizes: Map<string, number>, where: string): Difference[] {
  const found: Difference[] = [];
  const ours = pickVillages(record.seed, record.draw, stage.stratum, sizes, stage.m);
  if (ours.total !== stage.total || ours.start !== stage.start)
    found.push(
      differs(
        `${where}/start`,
        `应为 M=${ours.total}、起点 ${ours.start}`,
        `should be M=${ours.total}, start ${ours.start}`,
      ),
    );
  for (let place = 0; place < Math.max(ours.picked.length, stage.picked.length); place += 1) {
    const mine = ours.picked[place];
    const theirs = stage.picked[place];
    if (mine && theirs && mine.village === theirs.village && mine.size === theirs.size && mine.hits === theirs.hits)
      continue;
    const zh = mine ? `按种子应为 ${mine.village} ${mine.hits} 次` : "多出一个村";
    const en = mine ? `the seed gives ${mine.village} x${mine.hits}` : "one village too many";
    return [...found, differs(`${where}/picked/${place + 1}`, zh, en)];
  }
  return found;
}

/** Teams to counties: the list is the whole frame in ticket order, and walking it gives these teams. */
function teamed(record: DrawRecord): Difference[] {
  const line = record.strata.find((each) => each.stratum === TEAM);
  if (!line && !record.teams) return [];
  const units = line ? record.lists.get(TEAM)!.main : [];
  const pairs = units.map(readPair).filter((pair): pair is Pair => pair !== null);
  if (!line || !record.teams || pairs.length !== line.N || new Set(units).size !== line.N)
    return [differs("teams", "不是全部组与县的名单", "is not the list of all pairs of team and county")];
  if (frameDigest(record.draw, TEAM, units) !== line.frameDigest)
    return [differs("teams", "名单与承诺的摘要不同", "the pairs are not those committed to")];
  const ours = (isWalkable(pairs) ? assign(pairs) : null) ?? new Map<string, string>();
  for (const county of [...new Set([...ours.keys(), ...record.teams.keys()])].sort(byBytes)) {
    const name = ours.get(county) ?? "—";
    if (ours.get(county) !== record.teams.get(county))
      return [differs(`teams/${county}`, `按票号应为 ${name}`, `the tickets give ${name}`)];
  }
  return [];
}

function listed(record: DrawRecord, line: StratumLine): Difference[] {
  const due = record.due.get(line.stratum);
  if (!due) return [];
  const where = `lists/${line.stratum}`;
  const { main, reserve } = record.lists.get(line.stratum)!;
  const found: Difference[] = [];
  for (const [part, units, size] of [["main", main, due[0]], ["reserve", reserve, due[1]]] as const)
    if (units.length !== size)
      found.push(differs(`${where}/${part}`, `有 ${units.length} 户,应为 ${size} 户`, `has ${units.length}, not ${size}`));
  const tickets = [...main, ...reserve].map(
    (unit) => `${ticket(record.seed, record.draw, line.stratum, unit)}|${unit}`,
  );
  const place = tickets.findIndex((text, index) => index > 0 && text <= tickets[index - 1]!);
  if (place > 0)
    found.push(differs(`${where}/${place + 1}`, "票号次序不对或重复", "is out of ticket order or named twice"));
  return found;
}

function againstFrame(record: DrawRecord, line: StratumLine, units: string[]): Difference[] {
  const where = `frame/${line.stratum}`;
  const found: Difference[] = [];
  let digest: string;
  try {
    digest = frameDigest(record.draw, line.stratum, units);
  } catch (refused) {
    if (!(refused instanceof Refused)) throw refused;
    return [differs(where, refused.zh, refused.en)];
  }
  if (units.length !== line.N)
    found.push(
      differs(where, `有 ${units.length} 户,记录写 ${line.N} 户`, `has ${units.length} units, not ${line.N}`),
    );
  if (digest !== line.frameDigest)
    found.push(differs(`${where}/digest`, "名册摘要不同", "the frame digest differs"));
  found.push(...againstVillages(record, line, units));
  const due = record.due.get(line.stratum);
  if (!due) return found;
  const { main, reserve } = record.lists.get(line.stratum)!;
  const theirs = [...main, ...reserve];
  const ours = drawn(record.seed, record.draw, line.stratum, units, due[0] + due[1]);
  const rank = ours.findIndex((unit, index) => index < theirs.length && unit !== theirs[index]);
  if (rank >= 0)
    found.push(differs(`lists/${line.stratum}/${rank + 1}`, `按名册应为 ${ours[rank]!}`, `the frame gives ${ours[rank]!} here`));
  return found;
}

function againstVillages(record: DrawRecord, line: StratumLine, units: string[]): Difference[] {
  const said = record.villages.get(line.stratum);
  if (!said) return [];
  const counted = new Map<string, number>();
  for (const unit of units) {
    const village = unit.slice(0, Math.max(0, unit.lastIndexOf("-")));
    counted.set(village, (counted.get(village) ?? 0) + 1);
  }
  const names = [...new Set([...said.keys(), ...counted.keys()])].sort(byBytes);
  const village = names.find((name) => said.get(name) !== counted.get(name));
  if (village === undefined) return [];
  const zh = `名册有 ${counted.get(village) ?? 0} 户,记录写 ${said.get(village) ?? 0} 户`;
  return [differs(`villages/${line.stratum}/${village}`, zh, "differs from the frame")];
}
