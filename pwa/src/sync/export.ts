/**
 * The sealed export: what is on this phone as one file that only the service can open.
 *
 * For the day when the network does not come: by cable, by share, by whatever carries a file. It holds the very texts
 * and pictures that would have been sent, so that importing is receiving; any number of times makes no doubles.
 *
 * Layout: one line of JSON (format, key, account, device), then frames: 4 bytes length, then AES-256-GCM. The key is
 * agreed with the service for this file alone; nonce and additional data number the frames and mark the last one, so
 * that a frame cannot be dropped, moved or taken for the end. Plain frames: 1 record, 2 part of a picture, 9 the end.
 */
import { joined, toBase64 } from "../domain/base64.ts";
import { sha256Hex, utf8 } from "../domain/text.ts";
import type { Store } from "../store/types.ts";
import { agree, type BoxKey } from "../store/vault/box.ts";
import { isComplete, isThere } from "../domain/core.ts";
import { livesOf } from "./lives.ts";
import type { ExportFile } from "./types.ts";

export const EXPORT_FORMAT = "ruhu-export";
const PART = 1024 * 1024;
const RECORD = 1;
const PICTURE = 2;
const END = 9;

export interface ExportParts {
  store: Store;
  account: string;
  key: BoxKey;
  newId: () => string;
  now: () => string;
  which: "waiting" | "all";
}

/** Make the file. Throws what the store throws; nothing on the phone changes. */
export async function exportSealed(parts: ExportParts): Promise<ExportFile> {
  const { store, account, key, newId, now } = parts;
  const { device_id } = await store.device();
  const export_id = newId();
  const made_at = now();
  const { key: cipher, epk } = await agree(key, exportPurpose(account, device_id, export_id));
  const open = { format: EXPORT_FORMAT, version: 1, key_id: key.key_id, epk: toBase64(epk), account, device_id, export_id, made_at };
  const head = utf8(JSON.stringify(open) + "\n") as Uint8Array<ArrayBuffer>;
  const writer = frames(cipher, head);
  const file: ExportFile = { name: fileName(made_at, device_id), blob: new Blob(), records: 0, photos: 0, unreadable: 0 };
  for (const [opId, photoIds] of await chosen(store, account, parts.which)) {
    const kept = await store.submission(opId);
    if (kept) {
      const { op_id, dev_seq, digest, body } = kept;
      await writer.add(RECORD, utf8(JSON.stringify({ op_id, dev_seq, digest, body })));
      file.records += 1;
    } else {
      file.unreadable += 1;
    }
    for (const photoId of photoIds) {
      const row = await store.photo(photoId);
      const bytes = await store.photoBytes(photoId);
      if (!row || !bytes) {
        file.unreadable += 1;
        continue;
      }
      await addPicture(writer, row.sha256, new Uint8Array(bytes));
      file.photos += 1;
    }
  }
  const { records, photos } = file;
  await writer.end(utf8(JSON.stringify({ records, photos })));
  file.blob = new Blob([head, ...writer.blobs], { type: "application/octet-stream" });
  return file;
}

/** What the file's key is bound to; the service builds the same text. */
export function exportPurpose(account: string, deviceId: string, exportId: string): string {
  return `export|${account}|${deviceId}|${exportId}`;
}

/** Records with the pictures to carry, in the order of sealing. */
async function chosen(store: Store, account: string, which: "waiting" | "all"): Promise<[string, string[]][]> {
  const rows = await store.outbox(account);
  const submissions = await store.submissions(account);
  const photoOf = new Map(rows.map((row) => [row.id, row.photo_id ?? ""]));
  return [...livesOf(rows, submissions)]
    .filter(([, life]) => !life.purged && (which === "all" || !isComplete(life)))
    .map(([opId, life]): [string, string[]] => {
      const ids = Object.keys(life.photos).filter((id) => which === "all" || !isThere(life.photos[id]));
      return [opId, ids.map((id) => photoOf.get(id) ?? "")];
    });
}

async function addPicture(writer: Writer, sha256: string, bytes: Uint8Array): Promise<void> {
  const of = Math.max(1, Math.ceil(bytes.length / PART));
  for (let n = 0; n < of; n += 1) {
    const about = utf8(JSON.stringify({ sha256, bytes: bytes.length, n, of }));
    await writer.add(PICTURE, joined(number32(about.length), about, bytes.subarray(n * PART, (n + 1) * PART)));
  }
}

interface Writer {
  blobs: Blob[];
  add(kind: number, content: Uint8Array): Promise<void>;
  end(content: Uint8Array): Promise<void>;
}

function frames(cipher: CryptoKey, head: Uint8Array): Writer {
  const bound = sha256Hex(head);
  const blobs: Blob[] = [];
  let n = 0;
  const put = async (kind: number, content: Uint8Array, isLast: boolean) => {
    const iv = joined(new Uint8Array(8), number32(n));
    const additionalData = joined(utf8(`${bound}|${n}|${isLast ? "last" : "more"}`));
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData }, cipher, joined(Uint8Array.of(kind), content));
    // A Blob a frame: a large export need not fit into memory at once.
    blobs.push(new Blob([joined(number32(sealed.byteLength)), sealed]));
    n += 1;
  };
  return { blobs, add: (kind, content) => put(kind, content, false), end: (content) => put(END, content, true) };
}

function number32(value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, value);
  return new Uint8Array(view.buffer);
}

/** Day, time and device: nothing of a person or a place. */
function fileName(at: string, deviceId: string): string {
  return `ruhu-${at.slice(0, 16).replace(/[-:T]/g, "")}-${deviceId.slice(0, 8)}.ruhu`;
}
