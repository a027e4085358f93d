/** The typed client's promises: every call resolves with a reply or with why there was none; none throws. */
import type { Reply } from "../domain/outcome.ts";
import type { SyncEnvelope } from "../domain/wire.ts";

export interface UploadState {
  /** Address of the upload. */
  url: string;
  /** Bytes the server holds. */
  offset: number;
}

export interface Api {
  signIn(account: string, password: string, device: { id: string; label: string }): Promise<Reply>;
  /** End this session on the server; the answer does not matter. */
  signOut(token: string): Promise<Reply>;
  getPackage(token: string): Promise<Reply>;
  /** A form's bytes as text; `url` comes from the package and must be on our own origin. */
  getForm(token: string, url: string): Promise<Reply>;
  postSync(token: string, envelope: SyncEnvelope): Promise<Reply>;
  postHave(token: string, ask: { ops: { op_id: string; digest: string }[]; photos: string[] }): Promise<Reply>;
  /** Ask for a signed proof of what is kept. */
  postVerify(token: string, ask: { nonce: string; ops: string[]; photos: string[] }): Promise<Reply>;
  /** Ask the service to open a wrapped bundle of keys of this account. */
  postRecovery(token: string, ask: { key_id: string; epk: string; iv: string; ct: string; device_id: string }): Promise<Reply>;
  postHeartbeat(token: string, beat: Heartbeat): Promise<Reply>;
  putPhoto(token: string, sha256: string, bytes: ArrayBuffer, type: string): Promise<Reply>;
  /** tus 1.0: begin (or find again) the upload of these bytes. */
  createUpload(token: string, sha256: string, length: number, type: string): Promise<UploadReply>;
  uploadOffset(token: string, url: string): Promise<UploadReply>;
  sendChunk(token: string, url: string, offset: number, bytes: Uint8Array): Promise<UploadReply>;
}

/** What a phone tells of its own state: sizes and numbers, nothing of a person. */
export interface Heartbeat {
  device_id: string;
  max_dev_seq: number;
  unsent_ops: number;
  unsent_photos: number;
  drafts: number;
  bytes_used: number | null;
  bytes_free: number | null;
  persisted: boolean | null;
  app_version: string;
  clock: { wall: string; offset_ms: number | null; zone: string };
  health: Record<string, "ok" | "warn" | "bad">;
  /** This phone found its store emptied: who it was before, and how far it had counted. */
  lost: { device_id: string; dev_seq: number } | null;
}

/** A reply with what tus says in headers. */
export interface UploadReply {
  reply: Reply;
  /** True only when the answer carries `Tus-Resumable: 1.0.0`: a portal's page does not. */
  isTus: boolean;
  location: string | null;
  offset: number | null;
}
