/**
 * A helper's households as this phone knows them now: what the server told, and the logs sealed here that it has
 * not told of yet, so that a visit of ten minutes ago moves the due day without a network.
 */
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { daysLeft, pairOf, type LogFacts, type Pair } from "../domain/due.ts";
import type { Draft } from "../domain/submission.ts";
import type { HelpedHousehold, Household, OpBody } from "../domain/wire.ts";
import { findLeaf } from "../sync/views.ts";
import type { OutboxEntry, Phone } from "../sync/index.ts";
import { localDay } from "../ui/format.ts";
import { usePhone } from "./phone.ts";

const EVERY_DAYS = 30;
/** As many logs of one household travel in the package; beyond that a missing one says nothing. */
const MOST_TOLD = 12;
const MET = "completed";

export interface LogLine extends LogFacts {
  contact_result: string | null;
  started_at: string;
  /** The outbox line of a log sealed on this phone. */
  entry: OutboxEntry | null;
  /** Its answers are here. */
  readable: boolean;
}

export interface HelpedView {
  unit: string;
  household: Household;
  pair: Pair;
  /** Days until the next visit is due; 0 or less: due. */
  days: number;
  /** Latest first. */
  logs: LogLine[];
  draft: Draft | null;
  /** The latest log sealed here. */
  entry: OutboxEntry | null;
}

/** Logs sealed on this phone, read once each: their bodies never change. */
const sealedLogs = signal<ReadonlyMap<string, LogFacts & { contact_result: string | null; started_at: string }>>(new Map());

function factsOf(opId: string, text: string) {
  const body = JSON.parse(text) as OpBody;
  const answers = body.answers ?? {};
  const contact = findLeaf(answers, "contact_result");
  return {
    op_id: opId,
    started_at: body.started_at,
    visited_on: findLeaf(answers, "visit_date") ?? localDay(new Date(body.started_at)),
    contact_result: contact,
    is_met: contact === MET,
    next_visit_on: findLeaf(answers, "next_visit"),
    corrects: body.corrects,
  };
}

async function learn(phone: Phone): Promise<void> {
  const found = new Map(sealedLogs.value);
  for (const { submission } of phone.outbox.value.entries) {
    if (submission.kind !== "visit_log" || found.has(submission.op_id)) continue;
    const kept = await phone.store.submission(submission.op_id);
    if (kept) found.set(submission.op_id, factsOf(submission.op_id, kept.body));
  }
  if (found.size !== sealedLogs.value.size) sealedLogs.value = found;
}

function told(each: HelpedHousehold): LogLine[] {
  return each.visits.map((log) => ({
    op_id: log.op_id,
    started_at: log.started_at,
    visited_on: log.visited_on,
    contact_result: log.contact_result,
    is_met: log.contact_result === MET,
    next_visit_on: log.next_visit_on,
    corrects: log.corrects ?? null,
    is_held: log.state === "quarantined",
    entry: null,
    readable: log.answers !== undefined,
  }));
}

function ownOf(each: HelpedHousehold, entries: readonly OutboxEntry[], fetchedAt: string): LogLine[] {
  const known = new Set(each.visits.map((log) => log.op_id));
  const lines: LogLine[] = [];
  for (const entry of entries) {
    const { op_id, household } = entry.submission;
    const facts = sealedLogs.value.get(op_id);
    if (!facts || household !== each.household.unit || known.has(op_id)) continue;
    const there = entry.op.state === "received" || entry.op.state === "held";
    // Received before this package was fetched and yet not in it: the office voided it.
    if (there && each.visits.length < MOST_TOLD && (entry.op.last_try_at ?? "") < fetchedAt) continue;
    lines.push({ ...facts, is_held: entry.op.state === "held", entry, readable: true });
  }
  return lines;
}

/** The households of the helper who is signed in: begun, then the longest due. */
export function helpedViews(phone: Phone, today: string): HelpedView[] {
  const pack = phone.pack.value;
  if (!pack) return [];
  const every = pack.package.visit_every_days ?? EVERY_DAYS;
  const entries = phone.outbox.value.entries;
  const views = (pack.package.households ?? []).map((each): HelpedView => {
    const { unit } = each.household;
    const own = ownOf(each, entries, pack.fetched_at);
    const byId = new Map(entries.map((entry) => [entry.submission.op_id, entry]));
    const logs = [...told(each).map((log) => ({ ...log, entry: byId.get(log.op_id) ?? null })), ...own];
    logs.sort((a, b) => (a.visited_on + a.started_at < b.visited_on + b.started_at ? 1 : -1));
    const pair = own.length > 0 ? pairOf(logs, every) : { visited_on: each.visited_on, due_on: each.due_on };
    return {
      unit,
      household: each.household,
      pair,
      days: daysLeft(pair, today),
      logs,
      draft: phone.drafts.value.find((draft) => draft.corrects === null && draft.kind === "visit_log" && draft.household === unit) ?? null,
      entry: logs.find((log) => log.entry)?.entry ?? null,
    };
  });
  return views.sort((a, b) => Number(!a.draft) - Number(!b.draft) || a.days - b.days || (a.unit < b.unit ? -1 : 1));
}

/** The same, kept up to date while a screen shows it. */
export function useHelped(): HelpedView[] {
  const phone = usePhone();
  const { entries } = phone.outbox.value;
  useEffect(() => {
    void learn(phone).catch(() => undefined);
  }, [entries]);
  return helpedViews(phone, localDay(new Date()));
}

/** The helper's household of this unit, from the package alone. */
export function findHelped(phone: Phone, unit: string | null | undefined): HelpedHousehold | null {
  const households = phone.pack.value?.package.households ?? [];
  return households.find((each) => each.household.unit === unit) ?? null;
}
