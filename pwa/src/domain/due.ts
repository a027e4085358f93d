/**
 * When a helper's visit is due. The server walks the same rule (tests/contracts/cases/visit_due.json): the phone
 * must know it of a log that it sealed a minute ago, far from any network.
 *
 * Only a visit that met the family counts. A held correction replaces nothing, and neither does it count.
 */

export interface LogFacts {
  op_id: string;
  /** Calendar day. */
  visited_on: string;
  is_met: boolean;
  next_visit_on?: string | null;
  corrects?: string | null;
  is_held?: boolean;
}

export interface Pair {
  visited_on: string | null;
  /** Null: never visited, so it is due now. */
  due_on: string | null;
}

const DAY_MS = 86_400_000;

/** The day `days` after a calendar day. */
export function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(day + "T00:00:00Z") + days * DAY_MS).toISOString().slice(0, 10);
}

/** Days from one calendar day to another; negative when the other lies before. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to + "T00:00:00Z") - Date.parse(from + "T00:00:00Z")) / DAY_MS);
}

/** The logs without those that a correction replaced. */
export function logsInEffect(logs: readonly LogFacts[]): LogFacts[] {
  const out = new Set<string>();
  for (const log of logs) if (log.corrects) out.add(log.is_held ? log.op_id : log.corrects);
  return logs.filter((log) => !out.has(log.op_id));
}

/** The last visit that met the family, and the day of the next: the interval, or what was promised if sooner. */
export function pairOf(logs: readonly LogFacts[], everyDays: number): Pair {
  let last: LogFacts | null = null;
  for (const log of logsInEffect(logs)) if (log.is_met && (!last || log.visited_on > last.visited_on)) last = log;
  if (!last) return { visited_on: null, due_on: null };
  const due = dayAfter(last.visited_on, everyDays);
  const promised = last.next_visit_on;
  const sooner = promised && last.visited_on < promised && promised < due;
  return { visited_on: last.visited_on, due_on: sooner ? promised : due };
}

/** Days until it is due, negative when overdue; 0 for a household never visited. */
export function daysLeft(pair: Pair, today: string): number {
  return pair.due_on === null ? 0 : daysBetween(today, pair.due_on);
}
