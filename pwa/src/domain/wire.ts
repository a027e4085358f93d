/**
 * The shapes that travel between phone and server.
 *
 * They follow the public contract word for word, snake_case included, so that what is read here can be found
 * in a captured request. Unknown fields are always allowed: an older phone must survive a newer server.
 */

/** Answers of one form, nested by group; every leaf is text, a repeat is a list, a blank answer has no key. */
export interface Answers {
  [name: string]: AnswerValue;
}
export type AnswerValue = string | Answers | Answers[];

export type Stratum = "poor" | "non_poor";
export type SampleState = "reserve" | "open" | "completed" | "non_response" | "not_eligible";
export type Retry = "later" | "after-sign-in" | "never";

/** Codes of a doorstep's end (C complete, N non-response, X not eligible, R another team goes). */
export type OutcomeCode =
  | "C1" | "C2" | "C3"
  | "N1" | "N2" | "N3" | "N4"
  | "X1" | "X2" | "X3"
  | "R1";

/** A problem document (RFC 9457); `retry` is what the phone obeys. */
export interface Problem {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  title_en?: string;
  detail_en?: string;
  retry?: Retry;
  errors?: { pointer: string; detail: string; detail_en?: string }[];
}

/** The public key that signs receipts: `spki` is base64 of the DER form. */
export interface ReceiptKey {
  alg: string;
  key_id: string;
  spki: string;
}

export interface Account {
  account: string;
  role: string;
  scope: string;
  name: string;
}

export interface SignInAnswer {
  token: string;
  expires_at: string;
  account: Account;
}

export interface Member {
  name: string;
  relation?: string;
  birth_year?: string;
}

/** What the register says of a household; values are text, a value that is not known has no key. */
export interface Household {
  unit: string;
  office_no?: string;
  head_name?: string;
  county_code?: string;
  county_name?: string;
  town_name?: string;
  village_code?: string;
  village_name?: string;
  status?: string;
  exit_year?: string;
  hh_attr?: string;
  cause?: string;
  resettled?: string;
  site?: string;
  size?: string;
  members?: Member[];
  helper_name?: string;
  helper_unit?: string;
  helper_phone?: string;
  task_force?: string;
  income_pc?: string;
  subsidy?: string;
  lon?: string;
  lat?: string;
  [more: string]: unknown;
}

/** One doorstep of a sampled household that the server already holds. */
export interface DoorstepEvent {
  op_id: string;
  /** RFC 3339 instant of the start of the visit. */
  started_at: string;
  /** As answered at the door; absent for office outcomes. */
  contact_result?: string | null;
  met_where?: string | null;
  no_such_why?: string | null;
  /** The code of an office decision. */
  outcome?: string | null;
  /** The code that the server derived. */
  code?: string | null;
  /** Quarantined or in conflict: it does not count yet. */
  held?: boolean;
  state?: string;
  corrects?: string | null;
  /** Form and answers of an accepted visit, to be read without a network. */
  form_id?: string;
  form_version?: string;
  answers?: Answers;
  [more: string]: unknown;
}

/** One log of this helper that the server holds. */
export interface EarlierLog {
  op_id: string;
  started_at: string;
  /** Calendar day. */
  visited_on: string;
  contact_result: string | null;
  next_visit_on: string | null;
  state?: string;
  corrects?: string | null;
  form_id?: string;
  form_version?: string;
  answers?: Answers;
}

/** A household that names the helper who is signed in, wherever it lives. */
export interface HelpedHousehold {
  household: Household;
  /** Last visit that met the family. */
  visited_on: string | null;
  /** Null: never visited, so it is due now. */
  due_on: string | null;
  /** Latest first. */
  visits: EarlierLog[];
}

export interface Sample {
  sample_id: string;
  rank: number;
  stratum: Stratum;
  /** HHD1 name of the list whose ranks these are: `640104-P`, with a part `640104-P.FRESH`. */
  list?: string;
  round: string;
  county: string;
  state: SampleState;
  /** Another team interviewed this household within thirty days. */
  seen_before?: { round: string; at: string } | null;
  opened_at?: string | null;
  assigned_to?: string | null;
  form_id: string;
  /** The version in force for its round; absent or not here: the newest. */
  form_version?: string | null;
  household: Household;
  events?: DoorstepEvent[];
  [more: string]: unknown;
}

export interface RoundStratum {
  /** HHD1 name, e.g. `640104-P`. */
  stratum: string;
  N: number;
  n: number;
  r: number;
}

export interface Round {
  code: string;
  name: string;
  starts_on: string;
  ends_on: string;
  quota: Record<Stratum, [number, number]>;
  counties: { code: string; name: string }[];
  strata: RoundStratum[];
  /** For a member of a team: whether the pledge of the round is signed. */
  pledge?: "due" | "signed";
  [more: string]: unknown;
}

export interface FormRef {
  form_id: string;
  version: string;
  /** SHA-256 (hex) of the bytes that `url` serves. */
  sha256: string;
  url: string;
  /** False: only here to read earlier records; nothing new begins with it. */
  in_force?: boolean;
}

/** A move of drafts from one version to another that the office allowed. */
export interface FormMove {
  form_id: string;
  from: string;
  to: string;
}

/** All that a phone needs to work for days without a network. */
export interface Package {
  epoch: string;
  cursor: string;
  receipt_key: ReceiptKey;
  account: Account;
  rounds: Round[];
  samples: Sample[];
  forms: FormRef[];
  /** A helper's own households; empty for everybody else. */
  households?: HelpedHousehold[];
  /** Days after which a helper's next visit is due. */
  visit_every_days?: number;
  form_moves?: FormMove[];
  /** The service's public key for boxes: recovery of a forgotten PIN, and export files. */
  recovery_key?: ReceiptKey;
  /** What the office asks of phones. */
  phone?: { pin: "asked" | "required" };
  /** Zone of days and of parts of the day; Asia/Shanghai unless the server says otherwise. */
  tz?: string;
  [more: string]: unknown;
}

export type OpKind = "interview" | "outcome" | "visit_log" | "record" | "look_back";

/** One photo as an op announces it. */
export interface PhotoRef {
  photo_id: string;
  sha256: string;
  bytes: number;
  type: string;
  /** JSON Pointer of the question inside the answers, e.g. `/close/photo_house`. */
  question: string;
}

/** The phone's clock as evidence; order comes from the server's sequence. */
export interface ClockReading {
  /** Wall clock, RFC 3339 in UTC. */
  wall: string;
  /** Milliseconds of a clock that never jumps; only differences mean anything. */
  monotonic_ms: number;
  /** Server time minus phone time at the last contact, milliseconds; null before any contact. */
  offset_ms: number | null;
  /** IANA name of the phone's zone. */
  zone: string;
}

/** The body of an op. Sealed once, then only its exact text is ever used. */
export interface OpBody {
  kind: OpKind;
  form_id?: string;
  form_version?: string;
  sample_id?: string;
  household?: string;
  place?: string;
  round?: string;
  moved_from?: string;
  answers?: Answers;
  outcome?: { code: OutcomeCode; reason: string };
  photos: PhotoRef[];
  started_at: string;
  finished_at: string;
  clock: ClockReading;
  corrects: string | null;
  /** Why, in the words of whoever corrects. */
  corrects_why?: string;
  app_version: string;
}

/** An op as `POST /sync` takes it. */
export interface Op {
  op_id: string;
  dev_seq: number;
  digest: string;
  body: string;
}

export interface SyncEnvelope {
  device_id: string;
  ops: Op[];
}

export interface Receipt {
  /** JSON text of op_id, digest, state, server_seq, epoch, received_at: exactly these bytes are signed. */
  text: string;
  /** Raw r‖s, 64 bytes, base64. */
  signature: string;
  alg: string;
  key_id: string;
}

export type RecordState = "stored" | "stored_orphan" | "quarantined" | "conflict";

export interface ReceiptText {
  op_id: string;
  digest: string;
  state: RecordState;
  server_seq: number;
  epoch: string;
  received_at: string;
}

export interface SyncResult {
  op_id: string;
  state?: string;
  receipt?: Receipt;
  problem?: Problem;
}

/** What `POST /sync/have` answers: what the server does NOT have. */
export interface Missing {
  ops: string[];
  photos: string[];
}
