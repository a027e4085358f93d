/** What the screens see of sync: signals to show, verbs to call. Sync itself shows nothing. */
import type { ReadonlySignal } from "@preact/signals-core";
import type { Clock, Draft, NewDraft, Sealed } from "../domain/submission.ts";
import type { Doorstep } from "../domain/opening.ts";
import type { Reason } from "../domain/outcome.ts";
import type { Answers, OutcomeCode, Package, PhotoRef, Problem, Round, Sample, SampleState, Stratum } from "../domain/wire.ts";
import type { Correcting } from "./correction.ts";
import type { DraftKeeper } from "./draft-keeper.ts";
import type { Device, OutboxRow, SessionRow, StorageReport, Store, SubmissionRow } from "../store/types.ts";

/** State of one line as shown; `sending` lives in memory only. */
export type ShownState = "waiting" | "sending" | "received" | "held" | "auth" | "refused";

export interface OutboxLine extends Omit<OutboxRow, "state"> {
  state: ShownState;
}

/** One sealed record with its photos, as 待同步 lists it. */
export interface OutboxEntry {
  submission: SubmissionRow;
  op: OutboxLine;
  photos: OutboxLine[];
  /** Everything of it is on the server. */
  complete: boolean;
}

export interface OutboxView {
  entries: OutboxEntry[];
  /** Records only on this phone (no right receipt yet): 仅在本机 N 户. */
  records: number;
  /** Photos not yet on the server: 待传照片 N. */
  photos: number;
  /** Records that the server holds back for a person. */
  held: number;
}

/** What the sync engine does now. */
export interface SyncStatus {
  /** `sleeping` until `next_at`; `idle` when nothing waits. */
  phase: "idle" | "sending" | "sleeping" | "signed-out";
  next_at: number | null;
  last_try_at: string | null;
  last_ok_at: string | null;
  reason: Reason | null;
  problem: Problem | null;
}

/** A sample as the phone knows it now: the server's package plus what was sealed here. */
export interface SampleView extends Sample {
  /** By the opening rule over all known doorsteps, those of this phone included. */
  state: SampleState;
  code: OutcomeCode | null;
  /** Attempts that count so far (absent, away). */
  attempts: number;
  /** Interviewed, but the rule has closed its rank since: kept and not counted. */
  surplus: boolean;
  /** Of a closed reserve: the households before it that are open or completed, by rank; else empty. */
  before: SampleView[];
  /** All doorsteps known here, the server's and this phone's, earliest first; corrected ones included. */
  doorsteps: Doorstep[];
  /** Draft in work on this phone. */
  draft_id: string | null;
  /** Latest sealed op of this phone for this sample. */
  last_op_id: string | null;
}

export interface StratumProgress {
  round: string;
  county: string;
  stratum: Stratum;
  completed: number;
  open: number;
  quota: [number, number];
  n: number;
}

export interface PackageView {
  fetched_at: string;
  package: Package;
  rounds: Round[];
  /** Every sample of the team by round, stratum, rank; reserves that are not open included. */
  samples: SampleView[];
  progress: StratumProgress[];
}

/** An export, ready to be handed on. */
export interface ExportFile {
  name: string;
  blob: Blob;
  records: number;
  photos: number;
  /** Records or photos that could not be read on this phone and so are not in it. */
  unreadable: number;
}

export type PullResult =
  | { ok: true }
  | { ok: false; reason: Reason; problem: Problem | null };

export type SignInResult =
  | { ok: true; session: SessionRow }
  | { ok: false; reason: Reason | "wrong-password" | "needs-pin"; problem: Problem | null; retryAfterMs: number | null };

export interface UpdateState {
  /** A new version lies ready and waits for consent. */
  ready: boolean;
}

/** How the phone is shut, and what may be said of it while it is. */
export interface LockView {
  /** Who is signed in here; null when nobody is. */
  account: string | null;
  isLocked: boolean;
  hasPin: boolean;
  /** Wrong PINs in a row. */
  wrong: number;
  /** Only signing in online opens it. */
  isShut: boolean;
  /** A new PIN must be set before anything else: the old one was forgotten or tried too often. */
  mustSetPin: boolean;
  /** This office does without a PIN only until the first one is set: `asked`; or not at all: `required`. */
  policy: "asked" | "required";
  /** Only on this phone, told also while it is locked. */
  records: number;
  photos: number;
}

export type UnlockResult = "open" | "wrong" | "shut" | "failed";
/** `offline`: without the service's key a forgotten PIN would cost the work, so it must have been here once. */
export type SetPinResult = "done" | "short" | "simple" | "offline" | "failed";

/** One thing that the phone checked about itself. */
export interface Check {
  name: "browser" | "secure" | "private" | "write" | "crypto" | "persist" | "space" | "worker" | "camera" | "clock";
  word: "ok" | "warn" | "bad";
}

export interface HealthView {
  checks: readonly Check[];
  /** Something that makes collecting unsafe; nothing may begin. */
  isBlocked: boolean;
  checked_at: string | null;
  /** This phone's store was emptied from outside since the last time; null when not. */
  emptied: { dev_seq: number; at: string | null } | null;
  /** Records of this account that some phone sealed and that never came, as the service says. */
  gaps: readonly { device_id: string; label: string; missing: readonly number[] }[];
  /** Server time minus phone time, milliseconds; null before any contact. */
  skewMs: number | null;
  /** Places whose bytes could not be opened. */
  damaged: number;
}

/** Everything a screen needs, behind one door. */
export interface Phone {
  readonly store: Store;
  readonly clock: Clock;
  readonly appVersion: string;
  readonly device: ReadonlySignal<Device | null>;
  /** Null: nobody is signed in. `valid` false: work goes on, sending waits for a new sign-in. */
  readonly session: ReadonlySignal<SessionRow | null>;
  readonly pack: ReadonlySignal<PackageView | null>;
  readonly drafts: ReadonlySignal<Draft[]>;
  readonly outbox: ReadonlySignal<OutboxView>;
  readonly status: ReadonlySignal<SyncStatus>;
  readonly update: ReadonlySignal<UpdateState>;
  readonly lock: ReadonlySignal<LockView>;
  readonly health: ReadonlySignal<HealthView>;

  /** Open with the PIN. Takes a second or more: that is what makes guessing dear. */
  unlock(pin: string): Promise<UnlockResult>;
  /** Set the PIN, or change it. */
  setPin(pin: string): Promise<SetPinResult>;
  /** Lock now; drafts are saved first. False: a draft could not be saved, so it stays open. */
  lockNow(): Promise<boolean>;
  /** Write, read back, count, ask: whether work may be trusted to this phone. */
  checkHealth(): Promise<HealthView>;
  /** The loss was read; it is not told again on this phone. */
  acknowledgeLoss(): Promise<void>;
  /** A file that only the service can open, with what waits or with all that is kept here. Any number of times. */
  exportSealed(which: "waiting" | "all"): Promise<ExportFile>;

  /** `forgot`: the PIN is gone; the service gives the keys back and a new PIN must be set. */
  signIn(account: string, password: string, forgot?: boolean): Promise<SignInResult>;
  /** Refused (`unsent`) while records or photos of this account are only on this phone. Drafts count too. */
  signOut(): Promise<"done" | "unsent">;

  /** Fetch package and forms. Also runs by itself on open and after a sync. */
  pullPackage(): Promise<PullResult>;
  /** Send what waits, now (立即同步). Resolves when this run is over. */
  syncNow(): Promise<void>;

  /** The questionnaire of a reference, from this phone only; null when it is not here yet. */
  form<T>(sha256: string): Promise<T | null>;
  /** Begin a visit; the draft is saved before this resolves. Throws NotSaved. */
  beginDraft(of: Omit<NewDraft, "account">): Promise<DraftKeeper>;
  /**
   * Begin the correction of a record sealed on this phone, or go on with it: its answers and copies of its photos,
   * the visit's own beginning. Null when the record is no longer here. Throws NotSaved.
   */
  beginCorrection(opId: string, of: Correcting): Promise<DraftKeeper | null>;
  /** Go on with a visit. Null when it is no longer there. */
  openDraft(draftId: string): Promise<DraftKeeper | null>;
  discardDraft(draftId: string): Promise<void>;
  /** Seal and store; resolves only when all is on the disk (then say 已存手机). Throws NotSaved. */
  sealDraft(keeper: DraftKeeper, answers: Answers): Promise<Sealed>;
  /** Seal an outcome without a form: N4, X3, R1. */
  sealOutcome(of: { sample_id: string; code: OutcomeCode; reason: string; started_at: string }): Promise<Sealed>;

  savePhoto(keeper: DraftKeeper, question: string, bytes: ArrayBuffer, type: string): Promise<PhotoRef>;
  /** A photo for `<img>`: a blob: address, to be revoked by the caller. */
  photoUrl(photoId: string): Promise<string | null>;
  discardPhoto(keeper: DraftKeeper, photoId: string): Promise<void>;

  storage(): Promise<StorageReport>;
  /** Switch to the waiting version; call only after the user agreed and drafts are saved. */
  applyUpdate(): void;
}
