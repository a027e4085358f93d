/**
 * Photos: bytes in chunks of plain buffers, digested when they come and whenever they leave.
 *
 * Blob and File objects in the database go bad in some browsers, so only ArrayBuffers are stored.
 */
import { sha256Hex } from "../domain/text.ts";
import type { Draft } from "../domain/submission.ts";
import type { PhotoRef } from "../domain/wire.ts";
import type { ReadTx, WriteTx } from "./connection.ts";
import { places } from "./places.ts";
import { openBytes, ringFor, stillOpen, type Db } from "./sealed.ts";
import type { Keyring } from "./vault/keyring.ts";
import type { ChunkRecord } from "./schema.ts";
import { NotSaved, type PhotoRow } from "./types.ts";

const CHUNK = 256 * 1024;

/** Keep a photo for a draft; resolves when it was read back with the same digest. */
export async function savePhoto(
  db: Db,
  draft: Draft,
  photo: { photo_id: string; question: string; bytes: ArrayBuffer; type: string },
): Promise<PhotoRef> {
  const bytes = new Uint8Array(photo.bytes);
  const ring = await ringFor(db, draft.account);
  const chunks = await sealChunks(ring, photo.photo_id, bytes);
  const row: PhotoRow = {
    photo_id: photo.photo_id,
    sha256: sha256Hex(bytes),
    bytes: bytes.byteLength,
    type: photo.type,
    question: photo.question,
    account: draft.account,
    draft_id: draft.draft_id,
    op_id: null,
    chunks: chunks.length,
  };
  const add = async (tx: WriteTx): Promise<void> => {
    await stillOpen(tx, ring);
    await tx.objectStore("photo").add(row);
    for (const chunk of chunks) await tx.objectStore("photo_chunk").add(chunk);
  };
  await db.write(["photo", "photo_chunk", "vault"], add, bytes.byteLength);
  if (!(await photoBytes(db, photo.photo_id))) throw new NotSaved("not-reread");
  return refOf(row);
}

/** Bytes of a photo; null when a chunk is missing or the digest is not that of the day it was taken. */
export async function photoBytes(db: Db, photoId: string): Promise<ArrayBuffer | null> {
  const { row, chunks } = await db.read(["photo", "photo_chunk"], async (tx) => ({
    row: await tx.objectStore("photo").get(photoId),
    chunks: await tx.objectStore("photo_chunk").getAll(chunkRange(photoId)),
  }));
  if (!row || chunks.length !== row.chunks) return null;
  const whole = new Uint8Array(row.bytes);
  let at = 0;
  for (const chunk of chunks) {
    const part = await openBytes(db, row.account, chunk.sealed, places.chunk(photoId, chunk.n, row.chunks));
    if (!part || at + part.byteLength > row.bytes) return null;
    whole.set(part, at);
    at += part.byteLength;
  }
  return at === row.bytes && sha256Hex(whole) === row.sha256 ? whole.buffer : null;
}

/** Throw away one photo of a draft; a photo of a sealed record stays. */
export async function discardPhoto(db: Db, photoId: string): Promise<void> {
  await db.write(["photo", "photo_chunk"], async (tx) => {
    const row = await tx.objectStore("photo").get(photoId);
    if (!row || row.op_id !== null) return;
    await tx.objectStore("photo_chunk").delete(chunkRange(photoId));
    await tx.objectStore("photo").delete(photoId);
  });
}

/** Whether all chunks of a photo lie here under the announced digest; inside any transaction. */
export async function isWhole(tx: WriteTx | ReadTx, ref: PhotoRef): Promise<PhotoRow | null> {
  const row = await tx.objectStore("photo").get(ref.photo_id);
  if (!row || row.sha256 !== ref.sha256 || row.bytes !== ref.bytes) return null;
  const count = await tx.objectStore("photo_chunk").count(chunkRange(ref.photo_id));
  return count === row.chunks ? row : null;
}

/** A photo as a body names it. */
export function refOf(row: PhotoRow): PhotoRef {
  const { photo_id, sha256, bytes, type, question } = row;
  return { photo_id, sha256, bytes, type, question };
}

async function sealChunks(ring: Keyring, photoId: string, bytes: Uint8Array): Promise<ChunkRecord[]> {
  const count = Math.ceil(bytes.byteLength / CHUNK);
  const chunks: ChunkRecord[] = [];
  for (let at = 0; at < bytes.byteLength; at += CHUNK) {
    const n = chunks.length;
    chunks.push({ photo_id: photoId, n, sealed: await ring.seal(bytes.subarray(at, at + CHUNK), places.chunk(photoId, n, count)) });
  }
  return chunks;
}

function chunkRange(photoId: string): IDBKeyRange {
  return IDBKeyRange.bound([photoId, 0], [photoId, Infinity]);
}
