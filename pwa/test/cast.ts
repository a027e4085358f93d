/** Things that the tests' stories share: a phone's store, a visit, a photo, a clock that can be moved. */
import { newDraft, sealSubmission, type Clock, type Draft, type Sealed } from "../src/domain/submission.ts";
import type { Answers, FormRef } from "../src/domain/wire.ts";
import { openStore } from "../src/store/open.ts";
import { newId } from "../src/sync/environment.ts";
import type { Store } from "../src/store/types.ts";

export const FORM: FormRef = {
  form_id: "q1_poor",
  version: "2026112401",
  sha256: "0".repeat(64),
  url: "/api/v1/forms/q1_poor/2026112401.json",
};

export const MORNING = "2026-11-24T01:00:00.000Z";

export function clockAt(wall: string): Clock {
  return { read: () => ({ wall, monotonic_ms: 1000, offset_ms: null, zone: "Asia/Shanghai" }) };
}

/** A PIN that costs next to nothing to guess: tests only. */
export const CHEAP = { memory: 64, passes: 1, lanes: 1 };

let phones = 0;

/** A phone with an empty store. */
export async function phoneStore(name = `phone-${(phones += 1)}`): Promise<Store & { name: string }> {
  const store = await openStore({ name, newId, now: () => new Date().toISOString(), label: "test", pinCost: CHEAP });
  await store.device();
  return Object.assign(store, { name });
}

export function visit(rank = 1, answers: Answers = { cover: { contact_result: "completed" } }): Draft {
  return newDraft(
    { account: "lin", form: FORM, sample_id: `2017-1-A1.640104-P.${rank}`, household: "640104001201-0001", answers },
    clockAt(MORNING),
    newId,
  );
}

export function sealed(draft: Draft): Sealed {
  return sealSubmission(draft, clockAt("2026-11-24T02:00:00.000Z"), newId, { appVersion: "0.1.0" });
}

/** Seal a new visit into a store; with photos of these sizes. */
export async function sealsAVisit(store: Store, rank = 1, photoSizes: number[] = []): Promise<Sealed> {
  let draft = await store.saveDraft(visit(rank));
  const close: Answers = {};
  const photos = [];
  for (const [index, size] of photoSizes.entries()) {
    const ref = await store.savePhoto(draft, `/close/photo_${index}`, picture(size), "image/jpeg");
    close[`photo_${index}`] = ref.photo_id;
    photos.push(ref);
  }
  draft = await store.saveDraft({ ...draft, photos, answers: { ...draft.answers, close } });
  const op = sealed(draft);
  await store.commitSubmission(op);
  return op;
}

let shade = 0;

/** Bytes that no other picture has. */
export function picture(size: number): ArrayBuffer {
  shade += 1;
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i += 1) bytes[i] = (i * 31 + shade * 7 + (i >> 8)) & 255;
  return bytes.buffer;
}
