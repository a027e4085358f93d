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
  /** An office decision or a code that is known already. */
  code?: string | null;
  /** The record waits for a person (待核): it holds its rank and ends nothing. */
  held?: boolean;
  corrects?: string | null;
}

/** One rank of a stratum's list with its doorsteps in any order. */
export interface RankDoorsteps {
  rank: number;
  doorsteps: readonly Doorstep[];
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

/** Code of one doorstep by itself: `null` is an attempt (absent, away) or something that ends nothing. */
export function codeOf(doorstep: Doorstep): OutcomeCode | null {
  if (doorstep.held) return null;
  if (doorstep.code) return doorstep.code as OutcomeCode;
  switch (doorstep.contact_result) {
    case "completed":
      return doorstep.met_where === "phone" ? "C3" : doorstep.met_where === "elsewhere" ? "C2" : "C1";
    case "refused":
      return "N2";
    case "incapable":
      return "N3";
    case "no_such":
      return doorstep.no_such_why === "wrong" ? "X2" : "X1";
    default:
      return null;
  }
}

/** Doorsteps that still count: those that another one corrects are replaced by it. */
export function standing(doorsteps: readonly Doorstep[]): Doorstep[] {
  const replaced = new Set(doorsteps.map((each) => each.corrects).filter(Boolean));
  return doorsteps.filter((each) => !replaced.has(each.op_id)).sort(byStart);
}

/**
 * Code with which a rank ends, from all its doorsteps; `null` while it is still open.
 *
 * A completed visit always wins; otherwise the last code does. Two attempts in different parts of the day make N1.
 */
export function outcomeOf(doorsteps: readonly Doorstep[], zone: string): OutcomeCode | null {
  const counted = standing(doorsteps);
  const codes = counted.map(codeOf).filter((code): code is OutcomeCode => code !== null);
  const complete = codes.filter((code) => code.startsWith("C"));
  if (complete.length > 0) return complete[complete.length - 1] ?? null;
  const last = codes[codes.length - 1];
  if (last) return last;
  const parts = new Set(counted.filter(isAttempt).map((each) => partOfDay(each.started_at, zone)));
  return parts.size >= 2 ? "N1" : null;
}

/** Attempts (absent, away) that count at this rank, earliest first. */
export function attemptsOf(doorsteps: readonly Doorstep[]): Doorstep[] {
  return standing(doorsteps).filter(isAttempt);
}

/**
 * State of every rank of one stratum: the walk of the opening rule.
 *
 * `n` is the length of the main list. A rank is opened if it is a main one or while fewer than n are completed
 * or open before it.
 */
export function openingStates(ranks: readonly RankDoorsteps[], n: number, zone: string): Map<number, SampleState> {
  const states = new Map<number, SampleState>();
  let holding = 0;
  for (const { rank, doorsteps } of [...ranks].sort((a, b) => a.rank - b.rank)) {
    const opened = rank <= n || holding < n;
    const state = opened ? stateOf(outcomeOf(doorsteps, zone)) : "reserve";
    if (state === "open" || state === "completed") holding += 1;
    states.set(rank, state);
  }
  return states;
}

/** State that a code gives to an opened rank; R1 keeps it open, another team goes. */
export function stateOf(code: OutcomeCode | null): SampleState {
  if (code === null || code === "R1") return "open";
  if (code.startsWith("C")) return "completed";
  return code.startsWith("N") ? "non_response" : "not_eligible";
}

/** A server's event as the rule sees it. */
export function doorstepOf(event: DoorstepEvent): Doorstep {
  return { ...event, held: event.state === "quarantined" || event.state === "conflict" };
}

function isAttempt(doorstep: Doorstep): boolean {
  return !doorstep.held && !doorstep.code && ["absent", "away"].includes(doorstep.contact_result ?? "");
}

function byStart(a: Doorstep, b: Doorstep): number {
  return Date.parse(a.started_at) - Date.parse(b.started_at) || (a.op_id < b.op_id ? -1 : 1);
}
