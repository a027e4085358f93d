/** Drafts: a visit in work, saved whole at every change, sealed like everything else. */
import type { Draft } from "../domain/submission.ts";
import { places } from "./places.ts";
import { openJson, ringFor, sealJson, stillOpen, type Db } from "./sealed.ts";
import type { DraftRecord } from "./schema.ts";
import { NotSaved } from "./types.ts";

/** Save a draft; `writer` tells this open page from another one on the same visit. */
export async function saveDraft(db: Db, writer: string, draft: Draft, now: string): Promise<Draft> {
  const saved: Draft = { ...draft, rev: draft.rev + 1, saved_at: now };
  const ring = await ringFor(db, draft.account);
  const sealed = await sealJson(ring, saved, places.draft(draft.draft_id, saved.rev));
  await db.write(["draft", "vault"], async (tx) => {
    await stillOpen(tx, ring);
    const drafts = tx.objectStore("draft");
    const before = await drafts.get(draft.draft_id);
    if (!before && draft.rev > 0) throw new NotSaved("draft-gone");
    if (before && before.writer !== writer && before.rev !== draft.rev) throw new NotSaved("draft-elsewhere");
    await drafts.put({
      draft_id: draft.draft_id,
      account: draft.account,
      rev: saved.rev,
      saved_at: now,
      writer,
      form: draft.form.sha256,
      sealed,
    });
  });
  return saved;
}

/** A draft; null when it is not here or its bytes were changed (then it is in `damage`). */
export async function readDraft(db: Db, draftId: string): Promise<Draft | null> {
  const record = await db.read(["draft"], (tx) => tx.objectStore("draft").get(draftId));
  return record ? openDraft(db, record) : null;
}

/** Drafts of an account, latest saved first. */
export async function listDrafts(db: Db, account: string): Promise<Draft[]> {
  const records = await db.read(["draft"], (tx) => tx.objectStore("draft").index("account").getAll(account));
  records.sort((a, b) => (a.saved_at < b.saved_at ? 1 : -1));
  const drafts = await Promise.all(records.map((record) => openDraft(db, record)));
  return drafts.filter((draft): draft is Draft => draft !== null);
}

/** Throw away a draft with those of its photos that no sealed record holds. */
export async function discardDraft(db: Db, draftId: string): Promise<void> {
  await db.write(["draft", "photo", "photo_chunk"], async (tx) => {
    const photos = await tx.objectStore("photo").index("draft_id").getAll(draftId);
    for (const photo of photos.filter((each) => each.op_id === null)) {
      await tx.objectStore("photo_chunk").delete(IDBKeyRange.bound([photo.photo_id, 0], [photo.photo_id, Infinity]));
      await tx.objectStore("photo").delete(photo.photo_id);
    }
    await tx.objectStore("draft").delete(draftId);
  });
}

function openDraft(db: Db, record: DraftRecord): Promise<Draft | null> {
  return openJson<Draft>(db, record.account, record.sealed, places.draft(record.draft_id, record.rev));
}
