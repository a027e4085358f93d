/**
 * The correction of a sealed record: a new draft with the old answers, about the same visit.
 *
 * The old record stays as it is. Its photos are copied, since a photo belongs to one record here; the server knows
 * their bytes already and does not ask for them again. Nothing is stored before all of it can be.
 */
import { newDraft, type Clock, type Draft } from "../domain/submission.ts";
import type { Answers, FormRef, OpBody, PhotoRef } from "../domain/wire.ts";
import type { Store, StoredSubmission } from "../store/types.ts";

export interface Correcting {
  form: FormRef;
  why: string;
  page: number;
}

/** The saved draft; null when the record or one of its photos is no longer on this phone. */
export async function draftCorrection(store: Store, clock: Clock, newId: () => string, opId: string, of: Correcting): Promise<Draft | null> {
  const kept = await store.submission(opId);
  if (!kept) return null;
  const body = JSON.parse(kept.body) as OpBody;
  const draft = newDraft(
    {
      account: kept.account,
      kind: body.kind,
      form: of.form,
      sample_id: body.sample_id ?? null,
      household: kept.household,
      place: body.place ?? null,
      round: body.round ?? null,
      corrects: opId,
      corrects_why: of.why,
      started_at: body.started_at,
      page: of.page,
    },
    clock,
    newId,
  );
  const copies = await copyPhotos(store, draft, kept, body.photos);
  if (!copies) return null;
  const newIds = new Map(copies.map(([old, copy]) => [old, copy.photo_id]));
  const answers = withPhotos(body.answers ?? {}, newIds);
  return store.saveDraft({ ...draft, answers, photos: copies.map(([, copy]) => copy) });
}

/** Old id and copy of each photo; null when one is gone. */
async function copyPhotos(store: Store, draft: Draft, kept: StoredSubmission, photos: PhotoRef[]): Promise<[string, PhotoRef][] | null> {
  if (kept.purged_at) return null;
  const copies: [string, PhotoRef][] = [];
  for (const photo of photos) {
    const bytes = await store.photoBytes(photo.photo_id);
    if (!bytes) return null;
    copies.push([photo.photo_id, await store.savePhoto(draft, photo.question, bytes, photo.type)]);
  }
  return copies;
}

/** The answers with each photo named by its copy. */
function withPhotos(answers: Answers, newIds: ReadonlyMap<string, string>): Answers {
  const copy = <T extends Answers[string]>(value: T): T => {
    if (typeof value === "string") return (newIds.get(value) ?? value) as T;
    if (Array.isArray(value)) return value.map((row) => withPhotos(row, newIds)) as T;
    return withPhotos(value as Answers, newIds) as T;
  };
  return Object.fromEntries(Object.entries(answers).map(([name, value]) => [name, copy(value)]));
}
