/**
 * Outcome codes and the rule by which reserves open.
 *
 * Server and phone walk the same list in the same way, so that an inspector without a network knows whether
 * the next reserve may be visited. Nobody chooses: ranks open in order, and only an ended rank lets the next
 * reserve in. Both sides prove it on one file of cases.
 */
import type { DoorstepEvent, OutcomeCode, SampleState } from "./wire.ts";

/** What the rule needs of one doorstep. */
export interface Doorstep {
  op_id: string;
  started_at: string;
  contact_result?: string | null;
  met_where?: string | null;
  no_such_why?: string | null;
  /** Code of a `kind: outcome` op, an office decision. */
  outcome?: string | null;
  /** The record waits for a person (待核): it holds its rank and ends nothing. */
  held?: boolean;
  corrects?: string | null;
}

export type PartOfDay = "morning" | "afternoon" | "evening";

/** Part of the day of an instant in a zone: before 12, 12 to 18, from 18. Throws on an unreadable instant. */
export function partOfDay(instant: string, zone: string): PartOfDay {
  const hour = Number(
    new Intl.DateTimeFormat("en-GB", { hour: "2-digit", hourCycle: "h23", timeZone: zone }).format(new Date(instant)),
  );
  if (hour < 12) return "morning";
  return hour < 18 ? "afternoon" : "evening";
}

/** Code of one doorstep by itself; `null` says nothing about the household. */
export function codeOf(doorstep: Doorstep): Amount {
  if (doorstep.outcome) return isCode(doorstep.outcome) ? doorstep.outcome : null;
  switch (doorstep.contact_result) {
    case "completed":
      return doorstep.met_where === "phone" ? "C3" : doorstep.met_where === "elsewhere" ? "C2" : "C1";
    case "refused":
      return "N2";
    case "incapable":
      return "N3";
    case "no_such":
      return doorstep.no_such_why === "wrong" ? "X2" : "X1";
    case "absent":
    case "away":
      return "attempt";
    default:
      return null;
  }
}

/**
 * Doorsteps that count, in the order of their start; a corrected one gives way to its latest correction.
 *
 * They come in the order of acceptance. A held correction replaces nothing yet.
 */
export function inEffect(doorsteps: readonly Doorstep[]): Doorstep[] {
  const corrects = new Map(doorsteps.map((each) => [each.op_id, each.corrects ?? null]));
  const chains = new Map(doorsteps.map((each) => [each.op_id, chainOf(each.op_id, corrects)]));
  const accepted = doorsteps.filter((each) => !each.held);
  const replaced = new Set(accepted.flatMap((each) => chains.get(each.op_id)?.slice(1) ?? []));
  const latest = new Map<string, Doorstep>();
  for (const each of accepted) {
    const chain = chains.get(each.op_id) ?? [each.op_id];
    if (!replaced.has(each.op_id)) latest.set(chain[chain.length - 1] ?? each.op_id, each);
  }
  return [...latest.values()].sort(byStart);
}

/** The op and those it replaces, directly or through another correction; a loop ends where it began. */
function chainOf(opId: string, corrects: ReadonlyMap<string, string | null>): string[] {
  const chain = [opId];
  for (;;) {
    const older = corrects.get(chain[chain.length - 1] ?? "");
    if (!older || chain.includes(older)) return chain;
    chain.push(older);
  }
}

/** What the doorsteps of one household amount to: nothing, `attempt`, `R1`, or the code that ends it. */
export type Amount = OutcomeCode | "attempt" | null;

/**
 * A completed interview wins whenever it came; else the first ending, else the last attempt or R1, else nothing.
 *
 * The second of two attempts whose start lies in different parts of the day ends the household as N1.
 */
export function outcomeOf(doorsteps: readonly Doorstep[], zone: string): Amount {
  const parts = new Set<PartOfDay>();
  let latest: Amount = null;
  for (const each of inEffect(doorsteps)) {
    let code = codeOf(each);
    if (code === null) continue;
    if (code === "attempt") {
      parts.add(partOfDay(each.started_at, zone));
      if (parts.size > 1) code = "N1";
    }
    if (stateOf(code) === "completed") return code;
    if (stateOf(latest) === "open") latest = code;
  }
  return latest;
}

/** Attempts (absent, away) that count at this rank, earliest first. */
export function attemptsOf(doorsteps: readonly Doorstep[]): Doorstep[] {
  return inEffect(doorsteps).filter((each) => codeOf(each) === "attempt");
}

/** Where one rank stands; `opened_at` is null for a reserve (and for all while the draw's instant is not known). */
export interface Standing {
  state: SampleState;
  code: Amount;
  opened_at: string | null;
}

/**
 * Walk the ranks 1, 2, … of one stratum and say which are open.
 *
 * A main rank is open since the draw; the i-th reserve since the i-th ending without an interview among the ranks
 * before it. What happened at a door that was not open does not count: the rank stays a reserve.
 */
export function standings(
  ranks: readonly (readonly Doorstep[])[],
  n: number,
  drawnAt: string | null,
  zone: string,
): Standing[] {
  const ended: string[] = [];
  let holding = 0;
  return ranks.map((doorsteps, index): Standing => {
    const rank = index + 1;
    const code = outcomeOf(doorsteps, zone);
    if (rank > n && holding >= n) return { state: "reserve", code, opened_at: null };
    const since = rank <= n ? drawnAt : ([...ended].sort(byInstant)[rank - n - 1] ?? null);
    const state = stateOf(code);
    if (state === "open" || state === "completed") holding += 1;
    else ended.push(endOf(doorsteps, zone) ?? "");
    return { state, code, opened_at: since };
  });
}

/** Start of the doorstep that ended a household. */
function endOf(doorsteps: readonly Doorstep[], zone: string): string | null {
  const counted = inEffect(doorsteps);
  const index = counted.findIndex((_, at) => stateOf(outcomeOf(counted.slice(0, at + 1), zone)) !== "open");
  return counted[index]?.started_at ?? null;
}

/** State that a code gives to an opened rank; R1 and attempts keep it open. */
export function stateOf(code: Amount): SampleState {
  if (code === null || code === "R1" || code === "attempt") return "open";
  if (code.startsWith("C")) return "completed";
  return code.startsWith("N") ? "non_response" : "not_eligible";
}

/** A server's event as the rule sees it; a bare `code` counts where nothing else is told. */
export function doorstepOf(event: DoorstepEvent): Doorstep {
  const outcome = event.outcome ?? (event.contact_result ? null : event.code);
  const held = event.held === true || ["held", "quarantined", "conflict"].includes(event.state ?? "");
  const { op_id, started_at, contact_result, met_where, no_such_why, corrects } = event;
  return { op_id, started_at, contact_result, met_where, no_such_why, corrects, outcome: outcome ?? null, held };
}

const CODES: readonly string[] = ["C1", "C2", "C3", "N1", "N2", "N3", "N4", "X1", "X2", "X3", "R1"];

function isCode(code: string): code is OutcomeCode {
  return CODES.includes(code);
}

function byInstant(a: string, b: string): number {
  return Date.parse(a) - Date.parse(b);
}

function byStart(a: Doorstep, b: Doorstep): number {
  return byInstant(a.started_at, b.started_at) || (a.op_id < b.op_id ? -1 : a.op_id > b.op_id ? 1 : 0);
}
