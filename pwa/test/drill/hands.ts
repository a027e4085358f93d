/**
 * Hands for the drills in a real browser: the app's own store and engine without its screens, so that hundreds of
 * visits can be sealed, cut, damaged and counted. Bundled by tests/browser/drills/workshop.py, never part of the app.
 */
import { fromBase64 } from "../../src/domain/base64.ts";
import { sha256Hex } from "../../src/domain/text.ts";
import type { Answers } from "../../src/domain/wire.ts";
import { newId } from "../../src/sync/environment.ts";
import { openPhone } from "../../src/sync/phone.ts";
import { openStore } from "../../src/store/open.ts";
import { NotSaved, type Store } from "../../src/store/types.ts";
import type { Draft } from "../../src/domain/submission.ts";
import { sealed, sealsAVisit } from "../cast.ts";

export { openPhone };

export function open(name = "ruhu"): Promise<Store> {
  return openStore({ name, newId, now: () => new Date().toISOString(), label: "drill" });
}

/** What was promised of one visit: written down outside before anything is cut. */
export interface Promised {
  op_id: string;
  digest: string;
  dev_seq: number;
  photos: string[];
}

/** Seal one visit with photos of these sizes; null when the store said that it is not saved. */
export async function seal(store: Store, rank: number, sizes: number[]): Promise<Promised | null> {
  try {
    const { op_id, digest, photos } = await sealsAVisit(store, rank, sizes);
    const { dev_seq } = (await store.submission(op_id))!;
    return { op_id, digest, dev_seq, photos: photos.map((each) => each.photo_id) };
  } catch (error) {
    if (error instanceof NotSaved) return null;
    throw error;
  }
}

/** Seal visit after visit until told to stop; `promised` grows only after each is saved. */
export function sealing(store: Store, sizes: number[]): { promised: Promised[]; stop: () => Promise<void> } {
  const promised: Promised[] = [];
  let isOn = true;
  const run = (async () => {
    for (let rank = 1; isOn; rank += 1) {
      const visit = await seal(store, rank, sizes);
      if (visit) promised.push(visit);
    }
  })();
  return {
    promised,
    stop: () => {
      isOn = false;
      return run;
    },
  };
}

/** Of these promises, the ids that cannot be read back byte for byte. */
export async function missing(store: Store, promised: readonly Promised[]): Promise<string[]> {
  const lost: string[] = [];
  for (const { op_id, digest, photos } of promised) {
    const kept = await store.submission(op_id).catch(() => null);
    const isThere = kept?.digest === digest && sha256Hex(kept.body) === digest;
    const bytes = await Promise.all(photos.map((id) => store.photoBytes(id).catch(() => null)));
    if (!isThere || bytes.some((each) => each === null)) lost.push(op_id);
  }
  return lost;
}

type Sealed = { sealed: ArrayBuffer };
type Place = "body" | "submission" | "photo_chunk" | "draft";

/** The database as a thief or a rotten card reaches it: without the store. */
async function behind<T>(place: Place, work: (rows: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const open = indexedDB.open("ruhu");
  const db = await new Promise<IDBDatabase>((done, fail) => {
    open.onsuccess = () => done(open.result);
    open.onerror = () => fail(open.error);
  });
  const tx = db.transaction(place, "readwrite");
  const request = work(tx.objectStore(place));
  await new Promise<void>((done, fail) => {
    tx.oncomplete = () => done();
    tx.onabort = () => fail(tx.error);
  });
  db.close();
  return request.result;
}

/** Change two records' sealed bytes in a way told by `how`; returns how to undo it. */
export async function tamper(place: Place, how: "swap" | "flip" | "shorten", mine: IDBValidKey, other: IDBValidKey, at: number) {
  const row = (await behind(place, (rows) => rows.get(mine))) as Sealed;
  const next = (await behind(place, (rows) => rows.get(other))) as Sealed;
  const bytes = new Uint8Array(row.sealed.slice(0));
  const where = Math.floor(at * bytes.length);
  bytes[where] = (bytes[where] ?? 0) ^ (1 << (where % 8));
  const wrong = how === "swap" ? next.sealed : how === "flip" ? bytes.buffer : row.sealed.slice(0, where);
  await behind(place, (rows) => rows.put({ ...row, sealed: wrong }));
  if (how === "swap") await behind(place, (rows) => rows.put({ ...next, sealed: row.sealed }));
  return async () => {
    await behind(place, (rows) => rows.put(row));
    await behind(place, (rows) => rows.put(next));
  };
}

export { visit as visitOf } from "../cast.ts";

/** Seal a draft that another tab may be sealing; whether it became a record here. */
export async function sealDraft(store: Store, draft: Draft): Promise<boolean> {
  try {
    await store.commitSubmission(sealed(draft));
    return true;
  } catch (error) {
    if (error instanceof NotSaved) return false;
    throw error;
  }
}

type Phone = Awaited<ReturnType<typeof openPhone>>;

/** A visit at a door, begun. */
export function begun(phone: Phone, n: number) {
  const samples = phone.pack.value?.samples ?? [];
  const { sample_id, household, form_id } = samples[n % samples.length]!;
  const form = phone.pack.value!.package.forms.find((each) => each.form_id === form_id)!;
  return phone.beginDraft({ form, sample_id, household: String(household.unit) });
}

/** One doorstep with these photos (base64), through the engine as the screens use it. */
export async function visit(phone: Phone, n: number, photos: string[]): Promise<void> {
  const keeper = await begun(phone, n);
  const cover: Answers = { contact_result: "absent" };
  for (const [i, photo] of photos.entries()) {
    const kept = await phone.savePhoto(keeper, `/cover/photo_${i}`, fromBase64(photo).buffer as ArrayBuffer, "image/jpeg");
    cover[`photo_${i}`] = kept.photo_id;
  }
  await phone.sealDraft(keeper, { cover });
}
