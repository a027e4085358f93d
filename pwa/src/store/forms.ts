/**
 * Published forms, each under its digest; and which of them may leave.
 *
 * A form stays while one of the last two packages of any account of this phone names it, while a draft of any account was
 * begun with it, and while a record answered with it has its payload here: that is what reading, correcting and moving a
 * draft lean on. What an earlier release wrote does not say all of this; then every form stays that could be meant.
 */
import { joined } from "../domain/base64.ts";
import { sha256Hex, utf8 } from "../domain/text.ts";
import type { FormRef } from "../domain/wire.ts";
import type { Db } from "./sealed.ts";
import { NotSaved } from "./types.ts";

/** A visit may be about to begin with a form of the package before, in another tab. */
export const PACKAGES_NAMED = 2;

/** Keep a form under its digest; refused when its bytes have another one. */
export async function saveForm(db: Db, ref: FormRef, text: string, fetchedAt: string): Promise<void> {
  const bytes = utf8(text);
  if (sha256Hex(bytes) !== ref.sha256.toLowerCase()) throw new NotSaved("not-reread", "form digest");
  const copy = joined(bytes).buffer;
  await db.write(["form"], async (tx) => {
    const { sha256, form_id, version } = ref;
    await tx.objectStore("form").put({ sha256, form_id, version, fetched_at: fetchedAt, bytes: copy });
  });
}

export async function hasForm(db: Db, sha256: string): Promise<boolean> {
  return (await db.read(["form"], (tx) => tx.objectStore("form").getKey(sha256))) !== undefined;
}

export async function readForm<T>(db: Db, sha256: string): Promise<T | null> {
  const record = await db.read(["form"], (tx) => tx.objectStore("form").get(sha256));
  if (!record) return null;
  const bytes = new Uint8Array(record.bytes);
  if (sha256Hex(bytes) !== sha256.toLowerCase()) return null;
  return JSON.parse(new TextDecoder().decode(bytes)) as T;
}

/** A version that is kept here, also when no package names it any more; the latest fetched when there are two. */
export async function findForm(db: Db, formId: string, version: string): Promise<FormRef | null> {
  const forms = await db.read(["form"], (tx) => tx.objectStore("form").getAll());
  const found = forms.filter((each) => each.form_id === formId && each.version === version);
  const last = found.sort((a, b) => (a.fetched_at < b.fetched_at ? 1 : -1))[0];
  return last ? { form_id: formId, version, sha256: last.sha256, url: "", in_force: false } : null;
}

/** Let forms go that nothing here needs; one strict transaction sees packages, drafts and records of all accounts. */
export async function forgetForms(db: Db): Promise<number> {
  return db.write(["form", "package", "draft", "submission"], async (tx) => {
    const packages = await tx.objectStore("package").getAll();
    const drafts = await tx.objectStore("draft").getAll();
    const isTold = packages.every((each) => each.forms?.length === PACKAGES_NAMED) && drafts.every((each) => each.form);
    if (!isTold) return 0;
    const needed = new Set([...packages.flatMap((each) => each.forms?.flat()), ...drafts.map((each) => each.form)]);
    const spare = (await tx.objectStore("form").getAllKeys()).filter((sha256) => !needed.has(sha256));
    if (spare.length === 0) return 0;
    const records = (await tx.objectStore("submission").getAll()).filter((row) => row.form_id !== null && !row.purged_at);
    let gone = 0;
    for (const sha256 of spare) {
      const form = await tx.objectStore("form").get(sha256);
      const isRead = records.some((row) => row.form_id === form?.form_id && (row.form_version ?? form?.version) === form?.version);
      if (isRead) continue;
      await tx.objectStore("form").delete(sha256);
      gone += 1;
    }
    return gone;
  });
}
