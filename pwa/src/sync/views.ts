/** Views for the screens, computed from what is stored: pure, and the same for the same rows. */
import { attemptsOf, doorstepOf, standings, stateOf, type Doorstep, type Standing } from "../domain/opening.ts";
import type { Draft } from "../domain/submission.ts";
import type { Answers, OpBody, Package, Sample, SampleState, Stratum } from "../domain/wire.ts";
import type { OutboxRow, StoredPackage, StoredSubmission, SubmissionRow } from "../store/types.ts";
import type { OutboxEntry, OutboxLine, OutboxView, PackageView, SampleView, StratumProgress } from "./types.ts";

const DEFAULT_ZONE = "Asia/Shanghai";

/** A record of this phone as the opening rule sees it, with what became of it. */
export interface LocalDoorstep extends Doorstep {
  sample_id: string;
  /** When its receipt came; null while it is only here. */
  kept_at: string | null;
}

/** The doorstep in a sealed record; null for records that are none. */
export function localDoorstep(kept: StoredSubmission, held: boolean, keptAt: string | null): LocalDoorstep | null {
  const body = JSON.parse(kept.body) as OpBody;
  if (!body.sample_id || (body.kind !== "interview" && body.kind !== "outcome")) return null;
  const answers = body.answers ?? {};
  return {
    op_id: kept.op_id,
    sample_id: body.sample_id,
    started_at: body.started_at,
    contact_result: findLeaf(answers, "contact_result"),
    met_where: findLeaf(answers, "met_where"),
    no_such_why: findLeaf(answers, "no_such_why"),
    outcome: body.outcome?.code ?? null,
    corrects: body.corrects,
    held,
    kept_at: keptAt,
  };
}

/** First leaf of that name in the groups of a form; repeats are not searched. */
export function findLeaf(answers: Answers, name: string): string | null {
  const own = answers[name];
  if (typeof own === "string") return own;
  for (const value of Object.values(answers)) {
    if (typeof value === "string" || Array.isArray(value)) continue;
    const found = findLeaf(value, name);
    if (found !== null) return found;
  }
  return null;
}

/** `DRAW.STRATUM.RANK` in parts; null when it is not one. */
export function readSampleId(sampleId: string): { draw: string; stratum: string; rank: number } | null {
  const match = /^(.+)\.([^.]+)\.(\d+)$/.exec(sampleId);
  return match ? { draw: match[1] ?? "", stratum: match[2] ?? "", rank: Number(match[3]) } : null;
}

export function packageView(
  stored: StoredPackage,
  local: readonly LocalDoorstep[],
  submissions: readonly SubmissionRow[],
  drafts: readonly Draft[],
): PackageView {
  const pack = stored.package;
  const zone = pack.tz ?? DEFAULT_ZONE;
  const doorsteps = new Map(pack.samples.map((sample) => [sample.sample_id, doorstepsOf(sample, local, stored.fetched_at)]));
  const places = standingsOf(pack, doorsteps, zone);
  const samples = pack.samples.map((sample): SampleView => {
    const here = doorsteps.get(sample.sample_id) ?? [];
    const place = places.get(sample.sample_id);
    const code = place?.code ?? null;
    return {
      ...sample,
      stratum: stratumOf(sample),
      state: place?.state ?? sample.state,
      opened_at: place?.opened_at ?? null,
      code: code === "attempt" ? null : code,
      attempts: attemptsOf(here).length,
      surplus: place?.state === "reserve" && stateOf(place.code) === "completed",
      before: [],
      doorsteps: [...here].sort((a, b) => Date.parse(a.started_at) - Date.parse(b.started_at)),
      draft_id: drafts.find((draft) => draft.corrects === null && draft.sample_id === sample.sample_id)?.draft_id ?? null,
      last_op_id: submissions.find((row) => row.sample_id === sample.sample_id)?.op_id ?? null,
    };
  });
  samples.sort(byPlace);
  for (const list of byList(samples).values())
    for (const each of list) if (each.state === "reserve") each.before = holdingBack(each, list);
  return {
    fetched_at: stored.fetched_at,
    package: pack,
    rounds: pack.rounds,
    samples,
    progress: progressOf(pack, samples),
  };
}

/** Ranks of its own list that keep a reserve closed: open or completed before it. */
function holdingBack(reserve: SampleView, list: readonly SampleView[]): SampleView[] {
  return list.filter((each) => each.rank < reserve.rank && (each.state === "open" || each.state === "completed"));
}

/** The lists that samples stand in, each in the order given. */
function byList<S extends Sample>(samples: readonly S[]): Map<string, S[]> {
  const lists = new Map<string, S[]>();
  for (const sample of samples) {
    const key = listKey(sample);
    const list = lists.get(key);
    if (list) list.push(sample);
    else lists.set(key, [sample]);
  }
  return lists;
}

/** All doorsteps of a sample: the server's, and this phone's that the server has not told of yet. */
function doorstepsOf(sample: Sample, local: readonly LocalDoorstep[], fetchedAt: string): Doorstep[] {
  const events = sample.events ? sample.events.map(doorstepOf) : fromState(sample.state);
  const told = new Set(events.map((event) => event.op_id));
  const here = local.filter((each) => {
    if (each.sample_id !== sample.sample_id || told.has(each.op_id)) return false;
    // Received before this package was fetched and yet not in it: the office voided it.
    return !(sample.events && each.kept_at !== null && each.kept_at < fetchedAt);
  });
  return [...events, ...here];
}

/** A server that tells no events still tells the state. */
function fromState(state: SampleState): Doorstep[] {
  const outcome = { completed: "C1", non_response: "N2", not_eligible: "X1", open: null, reserve: null }[state];
  return outcome ? [{ op_id: "", started_at: "1970-01-01T00:00:00Z", outcome }] : [];
}

function standingsOf(pack: Package, doorsteps: ReadonlyMap<string, Doorstep[]>, zone: string): Map<string, Standing> {
  const found = new Map<string, Standing>();
  for (const list of byList(pack.samples).values()) {
    list.sort((a, b) => a.rank - b.rank);
    const first = list[0];
    if (!first) continue;
    const ranks = list.map((sample) => doorsteps.get(sample.sample_id) ?? []);
    const walked = standings(ranks, mainLength(pack, first), first.opened_at ?? null, zone);
    list.forEach((sample, index) => {
      const standing = walked[index];
      if (standing) found.set(sample.sample_id, standing);
    });
  }
  return found;
}

/** Draw and stratum: one list of ranks. */
function listKey(sample: Sample): string {
  const parts = readSampleId(sample.sample_id);
  return parts ? `${parts.draw}.${parts.stratum}` : `${sample.round}.${sample.county}.${sample.stratum}`;
}

function stratumName(sample: Sample): string {
  if (sample.list) return sample.list;
  return readSampleId(sample.sample_id)?.stratum ?? `${sample.county}-${stratumOf(sample) === "poor" ? "P" : "N"}`;
}

function stratumOf(sample: Sample): Stratum {
  if (sample.stratum === "poor" || sample.stratum === "non_poor") return sample.stratum;
  return String(sample.stratum).endsWith("-N") ? "non_poor" : "poor";
}

/** Length of the main list; without the round's figures, as many as the server has opened or ended. */
function mainLength(pack: Package, sample: Sample): number {
  const round = pack.rounds.find((each) => each.code === sample.round);
  const stratum = round?.strata?.find((each) => each.stratum === stratumName(sample));
  if (stratum) return stratum.n;
  return pack.samples.filter((each) => listKey(each) === listKey(sample) && each.state !== "reserve").length;
}

function progressOf(pack: Package, samples: readonly SampleView[]): StratumProgress[] {
  const progress = new Map<string, StratumProgress>();
  const counted = new Set<string>();
  const met = new Set<string>();
  for (const sample of samples) {
    if (isPanel(sample)) continue;
    const key = `${sample.round}.${sample.county}.${sample.stratum}`;
    let entry = progress.get(key);
    if (!entry) {
      const quota = pack.rounds.find((each) => each.code === sample.round)?.quota?.[sample.stratum];
      const { round, county, stratum } = sample;
      entry = { round, county, stratum, completed: 0, open: 0, quota: quota ?? [0, 0], n: 0 };
      progress.set(key, entry);
    }
    if (!counted.has(listKey(sample))) {
      counted.add(listKey(sample));
      entry.n += mainLength(pack, sample);
      if (!pack.rounds.some((each) => each.code === sample.round && each.quota?.[sample.stratum]))
        entry.quota = [entry.n, entry.n];
    }
    if (sample.state === "completed") {
      // An open and a covert draw of a round may both have met this household: it counts once.
      const household = `${key}.${sample.household.unit}`;
      if (!met.has(household)) entry.completed += 1;
      met.add(household);
    }
    if (sample.state === "open") entry.open += 1;
  }
  return [...progress.values()];
}

/** Households that an earlier round interviewed: visited for change, in no rate and no quota. */
export function isPanel(sample: Sample): boolean {
  return sample.list?.endsWith(".PANEL") ?? false;
}

function byPlace(a: SampleView, b: SampleView): number {
  if (a.round !== b.round) return a.round < b.round ? -1 : 1;
  if (a.stratum !== b.stratum) return a.stratum === "poor" ? -1 : 1;
  return a.rank - b.rank;
}

/** The outbox as 待同步 shows it, latest record first. */
export function outboxView(
  submissions: readonly SubmissionRow[],
  rows: readonly OutboxRow[],
  sending: ReadonlySet<string>,
): OutboxView {
  const lines = new Map<string, OutboxLine[]>();
  for (const row of rows) {
    const line: OutboxLine = { ...row, state: sending.has(row.id) ? "sending" : row.state };
    lines.set(row.op_id, [...(lines.get(row.op_id) ?? []), line]);
  }
  const entries: OutboxEntry[] = [];
  for (const submission of submissions) {
    const own = lines.get(submission.op_id) ?? [];
    const op = own.find((line) => line.type === "op");
    if (!op) continue;
    const photos = own.filter((line) => line.type === "photo");
    entries.push({ submission, op, photos, complete: [op, ...photos].every(isThere) });
  }
  return {
    entries,
    records: entries.filter((entry) => !isThere(entry.op)).length,
    photos: entries.reduce((sum, entry) => sum + entry.photos.filter((line) => !isThere(line)).length, 0),
    held: entries.filter((entry) => entry.op.state === "held").length,
  };
}

function isThere(line: OutboxLine): boolean {
  return line.state === "received" || line.state === "held";
}
