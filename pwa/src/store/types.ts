/** What the phone's store holds and promises; the bodies are in the files beside this one. */
import type { Vaults } from "./vault/vault.ts";
import type { Draft, Sealed } from "../domain/submission.ts";
import type { OutcomeWord, Reason } from "../domain/outcome.ts";
import type { Account, FormRef, Package, PhotoRef, Problem, Receipt, ReceiptKey, RecordState } from "../domain/wire.ts";

/**
 * Why something is not on the disk.
 *
 * - `full`: the phone has no room (also when the browser calls it something else)
 * - `interrupted`: the browser ended the transaction or the connection; trying again is safe
 * - `draft-gone`: the draft was already sealed or discarded, perhaps in another tab
 * - `draft-elsewhere`: the same visit is being written in another tab
 * - `photo-missing`: an answer names a photo whose bytes are not whole on this phone
 * - `not-reread`: it was written but did not read back equal
 * - `blocked`: another tab holds an older version of the app open
 * - `locked`: the vault of this account is shut; its PIN opens it
 * - `unavailable`: this browser gives no storage (private window, some in-app browsers)
 */
export type NotSavedReason =
  | "full"
  | "interrupted"
  | "draft-gone"
  | "draft-elsewhere"
  | "photo-missing"
  | "not-reread"
  | "blocked"
  | "locked"
  | "unavailable";

/** Thrown by every write that did not reach the disk for certain. The screen says 未保存 and keeps its state. */
export class NotSaved extends Error {
  override readonly name = "NotSaved";
  constructor(
    readonly reason: NotSavedReason,
    readonly origin?: unknown,
  ) {
    super(`not saved: ${reason}`);
  }
}

export interface Device {
  /** Made once on this phone; goes into sign-in and every sync. */
  device_id: string;
  label: string;
  created_at: string;
  /** Number of the last sealed op, 0 before the first; no gaps. */
  dev_seq: number;
}

export interface SessionRow extends Account {
  token: string;
  expires_at: string;
  /** False after the server asked to sign in again; the work stays and waits. */
  valid: boolean;
}

export interface StoredPackage {
  account: string;
  /** When the phone asked for it. */
  fetched_at: string;
  package: Package;
  /** All receipt keys met so far, the newest first. */
  keys: ReceiptKey[];
}

/** A photo row without its bytes. */
export interface PhotoRow extends PhotoRef {
  account: string;
  draft_id: string | null;
  op_id: string | null;
  chunks: number;
}

/** A sealed record as lists show it. */
export interface SubmissionRow {
  op_id: string;
  account: string;
  digest: string;
  bytes: number;
  dev_seq: number;
  sealed_at: string;
  kind: string;
  sample_id: string | null;
  household: string | null;
  form_id: string | null;
  /** Absent in rows of an earlier release. */
  form_version?: string | null;
  corrects: string | null;
  /** The service's signed instant of the first proof that it holds record and photos byte for byte. */
  verified_at: string | null;
  /** When the payload left this phone, long after that; row and receipt stay. */
  purged_at: string | null;
}

/** A submission with its exact text. */
export interface StoredSubmission extends SubmissionRow {
  body: string;
}

/** `received` needs a right receipt; `held` too: the server has it and a person must look (待核, conflict). */
export type OutboxState = "waiting" | "received" | "held" | "auth" | "refused";

/** One line of the outbox: an op or one of its photos. */
export interface OutboxRow {
  /** `op:<op_id>` or `photo:<photo_id>`. */
  id: string;
  type: "op" | "photo";
  account: string;
  op_id: string;
  photo_id: string | null;
  sha256: string | null;
  bytes: number;
  dev_seq: number;
  state: OutboxState;
  tries: number;
  last_try_at: string | null;
  last_word: OutcomeWord | null;
  last_reason: Reason | null;
  problem: Problem | null;
  /** Address of an upload that was begun, to go on where it stopped. */
  upload_url: string | null;
}

export interface ReceiptRow {
  op_id: string;
  account: string;
  receipt: Receipt;
  state: RecordState;
  epoch: string;
  /** When this phone took it. */
  kept_at: string;
}

/** A store that was emptied: who this phone was, how far it had counted, and who knows of it. */
export interface Loss {
  device_id: string;
  dev_seq: number;
  noticed_at: string;
  told: boolean;
  acknowledged: boolean;
}

export interface StorageReport {
  /** True: the browser promised to keep the data. Null: it cannot say. */
  persisted: boolean | null;
  /** Bytes used and free as the browser estimates them; null when it cannot say. Never relied upon. */
  used: number | null;
  free: number | null;
}

/** A change of an outbox row after a try. */
export type OutboxChange = Partial<
  Pick<OutboxRow, "state" | "last_word" | "last_reason" | "problem" | "upload_url" | "tries" | "last_try_at">
>;

export interface Store {
  /** This phone's identity; made on the first call. */
  device(): Promise<Device>;

  /** Server time minus phone time at the last contact, milliseconds; null before any. */
  offset(): Promise<number | null>;
  saveOffset(offsetMs: number): Promise<void>;

  /** The vaults that hold the keys of everything below. */
  readonly vaults: Vaults;
  /** Places whose bytes could not be opened since the store was: nothing is hidden, nothing else is harmed. */
  damage(): readonly string[];
  /** Account of who is signed in, also while its vault is shut. */
  currentAccount(): Promise<string | null>;
  /** Lines of an account that are only on this phone; told also while its vault is shut. */
  unsent(account: string): Promise<{ records: number; photos: number }>;
  /** Who is signed in on this phone now; null when nobody is. Throws NotSaved("locked"). */
  session(): Promise<SessionRow | null>;
  saveSession(session: SessionRow): Promise<void>;
  /** The token is refused: keep everything, ask to sign in. */
  expireSession(account: string): Promise<void>;
  /** Forget the token. Work of the account stays and waits for it. */
  endSession(): Promise<void>;

  /** Keep a package; receipt keys of earlier ones are kept too. */
  savePackage(account: string, text: string, fetchedAt: string): Promise<StoredPackage>;
  package(account: string): Promise<StoredPackage | null>;

  /** Keep a form's exact text under its digest; refused with `not-reread` when text and digest differ. */
  saveForm(ref: FormRef, text: string): Promise<void>;
  hasForm(sha256: string): Promise<boolean>;
  /** The form as JSON, by digest; null when it is not on this phone. */
  form<T>(sha256: string): Promise<T | null>;
  /** A version that is kept here, whether or not the package still names it. */
  findForm(formId: string, version: string): Promise<FormRef | null>;
  /** Let forms go that no package, draft or record of any account of this phone needs; says how many went. */
  forgetForms(): Promise<number>;

  /**
   * Save a draft as it stands; returns it with its new `rev` and `saved_at`. Resolves only after the strict
   * transaction is complete. Throws NotSaved.
   */
  saveDraft(draft: Draft): Promise<Draft>;
  draft(draftId: string): Promise<Draft | null>;
  /** Drafts of an account, latest saved first. */
  drafts(account: string): Promise<Draft[]>;
  /** Throw a draft and its photos away: only ever because the inspector said so. */
  discardDraft(draftId: string): Promise<void>;

  /** Keep a photo's bytes for a draft; read back and digested before it resolves. */
  savePhoto(draft: Draft, question: string, bytes: ArrayBuffer, type: string): Promise<PhotoRef>;
  /** Bytes of a photo; null when they are not whole on this phone. */
  photoBytes(photoId: string): Promise<ArrayBuffer | null>;
  photo(photoId: string): Promise<PhotoRow | null>;
  /** Throw away one photo of a draft (retake). A photo of a sealed record stays. */
  discardPhoto(photoId: string): Promise<void>;

  /**
   * Seal into the store: one strict transaction takes the draft away and puts the submission, its outbox lines
   * and the next dev_seq; then all of it is read back. Only when this resolves may a screen say 已存手机.
   */
  commitSubmission(sealed: Sealed): Promise<SubmissionRow>;
  submission(opId: string): Promise<StoredSubmission | null>;
  /** Sealed records of an account, latest first. */
  submissions(account: string): Promise<SubmissionRow[]>;

  outbox(account: string): Promise<OutboxRow[]>;
  updateOutbox(changes: { id: string; change: OutboxChange }[]): Promise<void>;
  /** Store receipts and mark their ops, in one strict transaction. */
  saveReceipts(rows: { row: ReceiptRow; change: OutboxChange }[]): Promise<void>;
  receipt(opId: string): Promise<ReceiptRow | null>;

  /** Note (or with null take back) the service's signed instant of the first proof of a record. */
  noteProof(opId: string, at: string | null): Promise<void>;
  /**
   * Let a record's payload go: body and photos, nothing else. Only ever after `step` of domain/core.ts has said
   * `purged`; row, receipt and lines stay. One strict transaction.
   */
  purge(opId: string, at: string): Promise<void>;

  /** Write, read back and compare, strictly: whether this browser keeps anything at all. */
  probe(): Promise<boolean>;
  /** This phone's store was emptied from outside: what is known of it. Null: nothing of the kind. */
  loss(): Promise<Loss | null>;
  noteLoss(was: { device_id: string; dev_seq: number } | null): Promise<void>;
  changeLoss(change: Partial<Loss>): Promise<void>;

  /** Ask the browser to keep the data; true when it promised. */
  persist(): Promise<boolean>;
  storage(): Promise<StorageReport>;
  close(): void;
}
