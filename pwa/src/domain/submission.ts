/**
 * From draft to sealed op.
 *
 * A sealed op is one exact text and never changes; a correction is a new op that names the old one. The id is
 * made here, on the phone, at the moment of sealing: a draft carries no op_id, so two copies of one draft can
 * never share one. What is digested is the text itself, never JSON that somebody wrote anew.
 */
import { sha256Hex, utf8, wellFormed } from "./text.ts";
import type { Answers, ClockReading, FormRef, OpBody, OpKind, OutcomeCode, PhotoRef } from "./wire.ts";

/** Where the phone's time comes from; a test passes a fixed one. */
export interface Clock {
  read(): ClockReading;
}

/** A visit in work. Plain data: it is stored as it stands at every change. */
export interface Draft {
  /** Local id; never sent. */
  draft_id: string;
  account: string;
  kind: OpKind;
  /** The version the visit was begun with; it stays, also when a newer one arrives. */
  form: FormRef;
  sample_id: string | null;
  /** Household unit `VVVVVVVVVVVV-NNNN`. */
  household: string | null;
  /** Division code of a record that is about no household. */
  place?: string | null;
  /** Round that a record belongs to. */
  round?: string | null;
  /** Version this draft was begun with, when the office allowed to move it to a newer one. */
  moved_from?: string | null;
  answers: Answers;
  photos: PhotoRef[];
  started_at: string;
  /** op_id of the record that this one replaces. */
  corrects: string | null;
  /** Why it is replaced, in the inspector's words. */
  corrects_why?: string;
  /** Section shown last, so that the visit goes on where it stopped. */
  page: number;
  /** Counts the saves; two tabs on one draft are noticed by it. */
  rev: number;
  /** RFC 3339 instant of the last save; null before the first. */
  saved_at: string | null;
}

/** An op that can no longer change, with what the phone must know of it without reading the body. */
export interface Sealed {
  op_id: string;
  draft_id: string | null;
  account: string;
  digest: string;
  /** The exact text that is digested, stored and sent. */
  body: string;
  bytes: number;
  photos: PhotoRef[];
  sealed_at: string;
  kind: OpKind;
  sample_id: string | null;
  household: string | null;
  form_id: string | null;
  form_version: string | null;
  corrects: string | null;
}

export interface NewDraft {
  account: string;
  form: FormRef;
  sample_id: string | null;
  household: string | null;
  place?: string | null;
  round?: string | null;
  answers?: Answers;
  kind?: OpKind;
  corrects?: string | null;
  corrects_why?: string;
  /** When the visit began, for the correction of an earlier record; now unless said. */
  started_at?: string;
  page?: number;
}

/** An empty visit, begun now. */
export function newDraft(of: NewDraft, clock: Clock, newId: () => string): Draft {
  return {
    draft_id: newId(),
    account: of.account,
    kind: of.kind ?? "interview",
    form: of.form,
    sample_id: of.sample_id,
    household: of.household,
    ...(of.place ? { place: of.place } : {}),
    ...(of.round ? { round: of.round } : {}),
    answers: of.answers ?? {},
    photos: [],
    started_at: of.started_at ?? clock.read().wall,
    corrects: of.corrects ?? null,
    ...(of.corrects_why ? { corrects_why: of.corrects_why } : {}),
    page: of.page ?? 0,
    rev: 0,
    saved_at: null,
  };
}

/**
 * Seal a draft: the exact body text, its id and its digest.
 *
 * `answers` are the ones to send (relevant questions only, as the form's evaluator prunes them); photos that
 * no answer names stay on the phone. Throws nothing: any text is made well-formed first.
 */
export function sealSubmission(
  draft: Draft,
  clock: Clock,
  newId: () => string,
  options: { appVersion: string; answers?: Answers },
): Sealed {
  const answers = tidy(options.answers ?? draft.answers);
  const named = new Set<string>();
  collectLeaves(answers, named);
  const photos = draft.photos.filter((photo) => named.has(photo.photo_id));
  return seal(
    {
      kind: draft.kind,
      form_id: draft.form.form_id,
      form_version: draft.form.version,
      ...(draft.sample_id !== null ? { sample_id: draft.sample_id } : {}),
      ...(draft.sample_id === null && draft.household !== null ? { household: draft.household } : {}),
      ...(draft.place ? { place: draft.place } : {}),
      ...(draft.round ? { round: draft.round } : {}),
      ...(draft.moved_from ? { moved_from: draft.moved_from } : {}),
      answers,
      photos,
      started_at: draft.started_at,
      corrects: draft.corrects,
      ...(draft.corrects_why ? { corrects_why: draft.corrects_why } : {}),
    },
    { draft_id: draft.draft_id, account: draft.account, household: draft.household },
    clock,
    newId(),
    options.appVersion,
  );
}

/** Seal an outcome without a form (N4 not reachable, X3 wrong stratum, R1 another team goes). */
export function sealOutcome(
  of: { account: string; sample_id: string; code: OutcomeCode; reason: string; started_at: string; corrects?: string },
  clock: Clock,
  newId: () => string,
  options: { appVersion: string },
): Sealed {
  return seal(
    {
      kind: "outcome",
      sample_id: of.sample_id,
      outcome: { code: of.code, reason: of.reason },
      photos: [],
      started_at: of.started_at,
      corrects: of.corrects ?? null,
    },
    { draft_id: null, account: of.account, household: null },
    clock,
    newId(),
    options.appVersion,
  );
}

type OpenBody = Omit<OpBody, "finished_at" | "clock" | "app_version">;

function seal(
  open: OpenBody,
  owner: { draft_id: string | null; account: string; household: string | null },
  clock: Clock,
  opId: string,
  appVersion: string,
): Sealed {
  const reading = clock.read();
  const whole: OpBody = { ...open, finished_at: reading.wall, clock: reading, app_version: appVersion };
  const body = JSON.stringify(whole, (_key, value: unknown) => (typeof value === "string" ? wellFormed(value) : value));
  return {
    op_id: opId,
    draft_id: owner.draft_id,
    account: owner.account,
    digest: sha256Hex(body),
    body,
    bytes: utf8(body).length,
    photos: whole.photos,
    sealed_at: reading.wall,
    kind: whole.kind,
    sample_id: whole.sample_id ?? null,
    household: owner.household,
    form_id: whole.form_id ?? null,
    form_version: whole.form_version ?? null,
    corrects: whole.corrects,
  };
}

/** The answers without blanks: blank means that the key is absent. Repeats keep their order and length. */
function tidy(answers: Answers): Answers {
  const kept: Answers = {};
  for (const [name, value] of Object.entries(answers)) {
    if (typeof value === "string") {
      if (value !== "") kept[name] = value;
    } else if (Array.isArray(value)) {
      if (value.length > 0) kept[name] = value.map(tidy);
    } else {
      const group = tidy(value);
      if (Object.keys(group).length > 0) kept[name] = group;
    }
  }
  return kept;
}

function collectLeaves(value: Answers[string], into: Set<string>): void {
  if (typeof value === "string") into.add(value);
  else if (Array.isArray(value)) value.forEach((entry) => collectLeaves(entry, into));
  else Object.values(value).forEach((entry) => collectLeaves(entry, into));
}
