/**
 * The database on the phone, version by version.
 *
 * A published version is never edited: a new one only adds stores, indexes or optional fields, so that the
 * previous release of the app can still read what a newer one wrote. What is personal or an answer lies only in
 * `sealed` byte fields (see vault/); beside them stand ids, times, sizes and states.
 */
import type { DBSchema, IDBPDatabase } from "idb";
import type { Device, OutboxRow, PhotoRow, ReceiptRow, SubmissionRow } from "./types.ts";
import type { ReceiptKey } from "../domain/wire.ts";
import type { VaultRecord } from "./vault/vault.ts";

export const DB_NAME = "ruhu";
export const DB_VERSION = 2;

export interface SessionRecord {
  account: string;
  expires_at: string;
  valid: boolean;
  /** Token, role, scope, name. */
  sealed: ArrayBuffer;
}

export interface PackageRecord {
  account: string;
  fetched_at: string;
  keys: ReceiptKey[];
  /** Digests of the forms that this package names and the one before it named. Absent: an earlier release kept it. */
  forms?: string[][];
  sealed: ArrayBuffer;
}

export interface FormRecord {
  sha256: string;
  form_id: string;
  version: string;
  fetched_at: string;
  /** Public, and so not sealed; its digest is checked when it is read. */
  bytes: ArrayBuffer;
}

export interface DraftRecord {
  draft_id: string;
  account: string;
  rev: number;
  saved_at: string;
  /** Which open page wrote it last: two tabs on one visit are noticed. */
  writer: string;
  /** Digest of its form, told also while the vault is shut: the form stays. Absent: an earlier release saved it. */
  form?: string;
  sealed: ArrayBuffer;
}

export interface ChunkRecord {
  photo_id: string;
  n: number;
  sealed: ArrayBuffer;
}

type OpenFields = "sample_id" | "household" | "corrects" | "verified_at" | "purged_at";

/** A sealed record as it lies there. What it is about lies sealed; a release before that had it open. */
export type SubmissionRecord = Omit<SubmissionRow, OpenFields> &
  Partial<Pick<SubmissionRow, OpenFields>> & { sealed?: ArrayBuffer };

/** A line of the outbox; what the service says of a record may quote it, so that lies sealed too. */
export type OutboxRecord = OutboxRow & { sealed_problem?: ArrayBuffer | null };

/** The exact text of a record, apart from its row: lists stay light when hundreds are kept. */
export interface BodyRecord {
  op_id: string;
  sealed: ArrayBuffer;
}

export interface RuhuSchema extends DBSchema {
  meta: { key: string; value: Device | string | null };
  session: { key: string; value: SessionRecord };
  package: { key: string; value: PackageRecord };
  form: { key: string; value: FormRecord };
  draft: { key: string; value: DraftRecord; indexes: { account: string } };
  photo: { key: string; value: PhotoRow; indexes: { draft_id: string; op_id: string } };
  photo_chunk: { key: [string, number]; value: ChunkRecord };
  submission: { key: string; value: SubmissionRecord; indexes: { account: string } };
  body: { key: string; value: BodyRecord };
  outbox: { key: string; value: OutboxRecord; indexes: { account: string } };
  receipt: { key: [string, string]; value: ReceiptRow; indexes: { op_id: string } };
  vault: { key: string; value: VaultRecord };
  /** Keys that scripts cannot read out. */
  key: { key: string; value: CryptoKey };
}

export type RuhuDb = IDBPDatabase<RuhuSchema>;

/** Bring a database from any older version to this one; only ever adds. */
export function upgrade(db: RuhuDb, from: number): void {
  if (from < 1) {
    db.createObjectStore("meta");
    db.createObjectStore("session", { keyPath: "account" });
    db.createObjectStore("package", { keyPath: "account" });
    db.createObjectStore("form", { keyPath: "sha256" });
    db.createObjectStore("draft", { keyPath: "draft_id" }).createIndex("account", "account");
    const photo = db.createObjectStore("photo", { keyPath: "photo_id" });
    photo.createIndex("draft_id", "draft_id");
    photo.createIndex("op_id", "op_id");
    db.createObjectStore("photo_chunk", { keyPath: ["photo_id", "n"] });
    db.createObjectStore("submission", { keyPath: "op_id" }).createIndex("account", "account");
    db.createObjectStore("body", { keyPath: "op_id" });
    db.createObjectStore("outbox", { keyPath: "id" }).createIndex("account", "account");
    db.createObjectStore("receipt", { keyPath: ["op_id", "epoch"] }).createIndex("op_id", "op_id");
  }
  if (from < 2) {
    db.createObjectStore("vault", { keyPath: "account" });
    db.createObjectStore("key");
  }
}
