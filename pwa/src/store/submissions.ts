/**
 * Sealing into the store: the moment after which a pulled battery may cost nothing.
 *
 * One strict transaction takes the draft away and puts the record, its outbox lines and the next dev_seq; then
 * everything is read back. A second call with the same sealed op is harmless.
 */
import { sha256Hex, utf8 } from "../domain/text.ts";
import type { Sealed } from "../domain/submission.ts";
import type { WriteTx } from "./connection.ts";
import { isWhole } from "./photos.ts";
import { places } from "./places.ts";
import { openRow, sealSubmissionRow } from "./rows.ts";
import type { SubmissionRecord } from "./schema.ts";
import { openBytes, ringFor, stillOpen, type Db } from "./sealed.ts";
import { NotSaved, type Device, type OutboxRow, type StoredSubmission, type SubmissionRow } from "./types.ts";
import { Unsealable, type Keyring } from "./vault/keyring.ts";

/** See Store.commitSubmission. */
export async function commitSubmission(db: Db, sealed: Sealed): Promise<SubmissionRow> {
  const ring = await ringFor(db, sealed.account);
  const bytes = await ring.seal(utf8(sealed.body), places.body(sealed.op_id));
  const record = await sealSubmissionRow(ring, rowOf(sealed, 0), sealed);
  const kept = await db.write([...COMMIT], async (tx) => {
    await stillOpen(tx, ring);
    const before = await tx.objectStore("submission").get(sealed.op_id);
    if (before && before.digest !== sealed.digest) throw new NotSaved("not-reread", "op_id with another digest");
    await tx.objectStore("body").put({ op_id: sealed.op_id, sealed: bytes });
    return before ?? putAll(tx, sealed, record);
  });
  await reread(db, sealed);
  return { ...rowOf(sealed, kept.dev_seq), verified_at: kept.verified_at ?? null, purged_at: kept.purged_at ?? null };
}

const COMMIT = ["meta", "draft", "photo", "photo_chunk", "submission", "body", "outbox", "vault"] as const;

async function putAll(tx: WriteTx, sealed: Sealed, record: SubmissionRecord): Promise<SubmissionRecord> {
  if (sealed.draft_id !== null) {
    const drafts = tx.objectStore("draft");
    if (!(await drafts.getKey(sealed.draft_id))) throw new NotSaved("draft-gone");
    await drafts.delete(sealed.draft_id);
  }
  const device = (await tx.objectStore("meta").get("device")) as Device | undefined;
  if (!device) throw new NotSaved("interrupted", "no device");
  const devSeq = device.dev_seq + 1;
  await tx.objectStore("meta").put({ ...device, dev_seq: devSeq }, "device");
  const row = { ...record, dev_seq: devSeq };
  await tx.objectStore("submission").add(row);
  await tx.objectStore("outbox").add(outboxRow(sealed, devSeq, null));
  for (const ref of sealed.photos) {
    const photo = await isWhole(tx, ref);
    if (!photo) throw new NotSaved("photo-missing", ref.photo_id);
    await tx.objectStore("photo").put({ ...photo, op_id: sealed.op_id });
    await tx.objectStore("outbox").add(outboxRow(sealed, devSeq, ref));
  }
  return row;
}

/** Read back what the transaction promised; throws NotSaved when a byte differs. */
async function reread(db: Db, sealed: Sealed): Promise<void> {
  const there = await db.read(["submission", "body", "outbox", "draft", "photo", "photo_chunk"], async (tx) => ({
    row: await tx.objectStore("submission").get(sealed.op_id),
    body: await tx.objectStore("body").get(sealed.op_id),
    op: await tx.objectStore("outbox").get(`op:${sealed.op_id}`),
    photos: await Promise.all(
      sealed.photos.map(async (ref) =>
        Boolean((await isWhole(tx, ref)) && (await tx.objectStore("outbox").get(`photo:${ref.photo_id}`))),
      ),
    ),
    draft: sealed.draft_id === null ? undefined : await tx.objectStore("draft").getKey(sealed.draft_id),
  }));
  const whole = there.row?.digest === sealed.digest && there.op && there.draft === undefined && there.photos.every(Boolean);
  if (!whole || !there.body) throw new NotSaved("not-reread");
  const body = await openBytes(db, sealed.account, there.body.sealed, places.body(sealed.op_id));
  if (!body || sha256Hex(body) !== sealed.digest) throw new NotSaved("not-reread");
}

export async function readSubmission(db: Db, opId: string): Promise<StoredSubmission | null> {
  const { row, body } = await db.read(["submission", "body"], async (tx) => ({
    row: await tx.objectStore("submission").get(opId),
    body: await tx.objectStore("body").get(opId),
  }));
  if (!row || !body) return null;
  const open = await tryOpenRow(db, await ringFor(db, row.account), row);
  const bytes = await openBytes(db, row.account, body.sealed, places.body(opId));
  return open && bytes ? { ...open, body: new TextDecoder().decode(bytes) } : null;
}

/** A row with its sealed fields; a damaged one still stands for its record, saying nothing of whom it is about. */
async function tryOpenRow(db: Db, ring: Keyring, row: SubmissionRecord): Promise<SubmissionRow> {
  const place = places.submission(row.op_id);
  try {
    const open = await openRow(ring, row);
    db.damage.delete(place);
    return open;
  } catch (error) {
    if (!(error instanceof Unsealable)) throw error;
    db.damage.add(place);
    const { sealed: _sealed, ...rest } = row;
    return { verified_at: null, purged_at: null, ...rest, sample_id: null, household: null, corrects: null };
  }
}

/** Sealed records of an account, latest first. */
export async function listSubmissions(db: Db, account: string): Promise<SubmissionRow[]> {
  const rows = await db.read(["submission"], (tx) => tx.objectStore("submission").index("account").getAll(account));
  if (rows.length === 0) return [];
  const ring = await ringFor(db, account);
  const open = await Promise.all(rows.map((row) => tryOpenRow(db, ring, row)));
  return open.sort((a, b) => b.dev_seq - a.dev_seq);
}

/** See Store.noteProof. */
export async function noteProof(db: Db, opId: string, at: string | null): Promise<void> {
  await db.write(["submission"], async (tx) => {
    const row = await tx.objectStore("submission").get(opId);
    if (row) await tx.objectStore("submission").put({ ...row, verified_at: at });
  });
}

/** See Store.purge. */
export async function purge(db: Db, opId: string, at: string): Promise<void> {
  await db.write(["submission", "body", "photo", "photo_chunk"], async (tx) => {
    const row = await tx.objectStore("submission").get(opId);
    if (!row) return;
    const photos = await tx.objectStore("photo").index("op_id").getAll(opId);
    for (const { photo_id } of photos) {
      await tx.objectStore("photo_chunk").delete(IDBKeyRange.bound([photo_id, 0], [photo_id, Infinity]));
      await tx.objectStore("photo").delete(photo_id);
    }
    await tx.objectStore("body").delete(opId);
    await tx.objectStore("submission").put({ ...row, purged_at: at });
  });
}

function rowOf(sealed: Sealed, devSeq: number): SubmissionRow {
  return {
    op_id: sealed.op_id,
    account: sealed.account,
    digest: sealed.digest,
    bytes: sealed.bytes,
    dev_seq: devSeq,
    sealed_at: sealed.sealed_at,
    kind: sealed.kind,
    sample_id: sealed.sample_id,
    household: sealed.household,
    form_id: sealed.form_id,
    form_version: sealed.form_version,
    corrects: sealed.corrects,
    verified_at: null,
    purged_at: null,
  };
}

function outboxRow(sealed: Sealed, devSeq: number, photo: Sealed["photos"][number] | null): OutboxRow {
  return {
    id: photo ? `photo:${photo.photo_id}` : `op:${sealed.op_id}`,
    type: photo ? "photo" : "op",
    account: sealed.account,
    op_id: sealed.op_id,
    photo_id: photo?.photo_id ?? null,
    sha256: photo?.sha256 ?? null,
    bytes: photo?.bytes ?? sealed.bytes,
    dev_seq: devSeq,
    state: "waiting",
    tries: 0,
    last_try_at: null,
    last_word: null,
    last_reason: null,
    problem: null,
    upload_url: null,
  };
}
