/** Drafts: a visit in work, saved whole at every change. */
import type { Draft } from "../domain/submission.ts";
import type { Connection } from "./connection.ts";
import { sealJson, unsealJson } from "./seal.ts";
import type { DraftRecord } from "./schema.ts";
import { NotSaved } from "./types.ts";

/** Save a draft; `writer` tells this open page from another one on the same visit. */
export async function saveDraft(db: Connection, writer: string, draft: Draft, now: string): Promise<Draft> {
  const saved: Draft = { ...draft, rev: draft.rev + 1, saved_at: now };
  const sealed = await sealJson(saved, place(draft.draft_id));
  await db.write(["draft"], async (tx) => {
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
      sealed,
    });
  });
  return saved;
}

export async function readDraft(db: Connection, draftId: string): Promise<Draft | null> {
  const record = await db.read(["draft"], (tx) => tx.objectStore("draft").get(draftId));
  return record ? unsealDraft(record) : null;
}

/** Drafts of an account, latest saved first. */
export async function listDrafts(db: Connection, account: string): Promise<Draft[]> {
  const records = await db.read(["draft"], (tx) => tx.objectStore("draft").index("account").getAll(account));
  records.sort((a, b) => (a.saved_at < b.saved_at ? 1 : -1));
  return Promise.all(records.map(unsealDraft));
}

/** Throw away a draft with those of its photos that no sealed record holds. */
export async function discardDraft(db: Connection, draftId: string): Promise<void> {
  await db.write(["draft", "photo", "photo_chunk"], async (tx) => {
    const photos = await tx.objectStore("photo").index("draft_id").getAll(draftId);
    for (const photo of photos.filter((each) => each.op_id === null)) {
      await tx.objectStore("photo_chunk").delete(IDBKeyRange.bound([photo.photo_id, 0], [photo.photo_id, Infinity]));
      await tx.objectStore("photo").delete(photo.photo_id);
    }
    await tx.objectStore("draft").delete(draftId);
  });
}

function unsealDraft(record: DraftRecord): Promise<Draft> {
  return unsealJson<Draft>(record.sealed, place(record.draft_id));
}

function place(draftId: string): string {
  return `draft/${draftId}`;
}
