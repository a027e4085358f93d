/**
 * Sealing into the store: the moment after which a pulled battery may cost nothing.
 *
 * One strict transaction takes the draft away and puts the record, its outbox lines and the next dev_seq; then
 * everything is read back. A second call with the same sealed op is harmless.
 */
import { sha256Hex, utf8 } from "../domain/text.ts";
import type { Sealed } from "../domain/submission.ts";
import type { Connection, WriteTx } from "./connection.ts";
import { isWhole } from "./photos.ts";
import { seal, unseal } from "./seal.ts";
import { NotSaved, type Device, type OutboxRow, type StoredSubmission, type SubmissionRow } from "./types.ts";

/** See Store.commitSubmission. */
export async function commitSubmission(db: Connection, sealed: Sealed): Promise<SubmissionRow> {
  const bytes = await seal(utf8(sealed.body), place(sealed.op_id));
  const row = await db.write(["meta", "draft", "photo", "photo_chunk", "submission", "body", "outbox"], async (tx) => {
    const before = await tx.objectStore("submission").get(sealed.op_id);
    if (before && before.digest !== sealed.digest) throw new NotSaved("not-reread", "op_id with another digest");
    await tx.objectStore("body").put({ op_id: sealed.op_id, sealed: bytes });
    return before ?? putAll(tx, sealed);
  });
  await reread(db, sealed);
  return row;
}

async function putAll(tx: WriteTx, sealed: Sealed): Promise<SubmissionRow> {
  if (sealed.draft_id !== null) {
    const drafts = tx.objectStore("draft");
    if (!(await drafts.getKey(sealed.draft_id))) throw new NotSaved("draft-gone");
    await drafts.delete(sealed.draft_id);
  }
  const device = (await tx.objectStore("meta").get("device")) as Device | undefined;
  if (!device) throw new NotSaved("interrupted", "no device");
  const devSeq = device.dev_seq + 1;
  await tx.objectStore("meta").put({ ...device, dev_seq: devSeq }, "device");
  const row = rowOf(sealed, devSeq);
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
async function reread(db: Connection, sealed: Sealed): Promise<void> {
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
  const body = await unseal(there.body.sealed, place(sealed.op_id));
  if (sha256Hex(body) !== sealed.digest) throw new NotSaved("not-reread");
}

export async function readSubmission(db: Connection, opId: string): Promise<StoredSubmission | null> {
  const { row, body } = await db.read(["submission", "body"], async (tx) => ({
    row: await tx.objectStore("submission").get(opId),
    body: await tx.objectStore("body").get(opId),
  }));
  if (!row || !body) return null;
  return { ...row, body: new TextDecoder().decode(await unseal(body.sealed, place(opId))) };
}

/** Sealed records of an account, latest first. */
export async function listSubmissions(db: Connection, account: string): Promise<SubmissionRow[]> {
  const rows = await db.read(["submission"], (tx) => tx.objectStore("submission").index("account").getAll(account));
  return rows.sort((a, b) => b.dev_seq - a.dev_seq);
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
    corrects: sealed.corrects,
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

function place(opId: string): string {
  return `submission/${opId}`;
}
