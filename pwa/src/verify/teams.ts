/**
 * Teams to counties: the twin of methods/draw/teams.py. Pairs of team and county stand in the order of their tickets;
 * a pair counts when its county is free, its team has its turn, and every county still free can get a team.
 */
import { type Json } from "./json.ts";
import { byBytes, isField } from "./hhd1.ts";

export const TEAM = "TEAM";

/** A team and a county. */
export type Pair = readonly [string, string];

/** Whether there are no more teams and pairs than can be walked. */
export function isWalkable(pairs: readonly Pair[]): boolean {
  return pairs.length <= 5000 && new Set(pairs.map(([team]) => team)).size <= 100;
}

/** The pair that a unit names, or null. */
export function readPair(unit: string): Pair | null {
  const dot = unit.lastIndexOf(".");
  return dot > 0 && dot < unit.length - 1 ? [unit.slice(0, dot), unit.slice(dot + 1)] : null;
}

/** County → team as a record states it; null where it states none, undefined where it is malformed. */
export function readTeams(value: Json | undefined): Map<string, string> | null | undefined {
  if (value === undefined || value === null) return null;
  if (!(value instanceof Map)) return undefined;
  const given = new Map<string, string>();
  for (const [county, team] of value) {
    if (!isField(county) || !isField(team)) return undefined;
    given.set(county, team);
  }
  return given;
}

/** County → team by walking the pairs; null where some county must go without. */
export function assign(pairs: readonly Pair[]): Map<string, string> | null {
  const counties = [...new Set(pairs.map(([, county]) => county))].sort(byBytes);
  const load = new Map([...new Set(pairs.map(([team]) => team))].sort(byBytes).map((team) => [team, 0]));
  const most = load.size > 0 ? Math.ceil(counties.length / load.size) : 0;
  const has = new Set(pairs.map(([team, county]) => `${team}|${county}`));
  const allowed = new Map(counties.map((county) => [county, [...load.keys()].filter((t) => has.has(`${t}|${county}`))]));
  if (!canFill(allowed, load, most)) return null;
  const given = new Map<string, string>();
  for (let turn = 1; turn <= most; turn += 1)
    for (const [team, county] of pairs) {
      const taken = load.get(team)!;
      if (given.has(county) || taken >= turn) continue;
      load.set(team, taken + 1);
      const rest = new Map([...allowed].filter(([other]) => other !== county && !given.has(other)));
      if (canFill(rest, load, most)) given.set(county, team);
      else load.set(team, taken);
    }
  return given;
}

function canFill(allowed: ReadonlyMap<string, string[]>, load: ReadonlyMap<string, number>, most: number): boolean {
  const holds = new Map<string, string[]>();
  const place = (county: string, seen: Set<string>): boolean => {
    for (const team of allowed.get(county)!) {
      if (seen.has(team)) continue;
      seen.add(team);
      const mine = holds.get(team) ?? [];
      holds.set(team, mine);
      if (mine.length < most - load.get(team)!) {
        mine.push(county);
        return true;
      }
      for (const other of mine)
        if (place(other, seen)) {
          mine[mine.indexOf(other)] = county;
          return true;
        }
    }
    return false;
  };
  return [...allowed.keys()].every((county) => place(county, new Set()));
}
