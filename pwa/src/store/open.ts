/** Puts the store together from its parts. */
import { connect } from "./connection.ts";
import * as drafts from "./drafts.ts";
import * as forms from "./forms.ts";
import * as outbox from "./outbox.ts";
import * as photos from "./photos.ts";
import * as reference from "./reference.ts";
import { DB_NAME } from "./schema.ts";
import type { Db } from "./sealed.ts";
import * as submissions from "./submissions.ts";
import type { StorageReport, Store } from "./types.ts";
import { createVaults } from "./vault/vault.ts";
import type { Argon2Cost } from "../domain/crypto/argon2id.ts";

export interface StoreOptions {
  name?: string;
  newId: () => string;
  /** RFC 3339 instant. */
  now: () => string;
  /** How this phone is called in the supervisor's list. */
  label?: string;
  /** What guessing a PIN costs; smaller in tests only. */
  pinCost?: Argon2Cost;
}

/** Open the store; made on the first call. Throws NotSaved (`unavailable`, `blocked`). */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { newId, now } = options;
  const connection = await connect(options.name ?? DB_NAME);
  const db: Db = Object.assign(connection, { vaults: createVaults(connection, options.pinCost), damage: new Set<string>() });
  const writer = newId();
  const makeDevice = () => ({ device_id: newId(), label: options.label ?? "", created_at: now(), dev_seq: 0 });
  return {
    device: () => reference.readDevice(db, makeDevice),
    offset: () => reference.readOffset(db),
    saveOffset: (offsetMs) => reference.saveOffset(db, offsetMs),
    vaults: db.vaults,
    damage: () => [...db.damage],
    currentAccount: () => reference.currentAccount(db),
    unsent: (account) => outbox.countUnsent(db, account),
    session: () => reference.readSession(db),
    saveSession: (session) => reference.saveSession(db, session),
    expireSession: (account) => reference.expireSession(db, account),
    endSession: () => reference.endSession(db),
    savePackage: (account, text, fetchedAt) => reference.savePackage(db, account, text, fetchedAt),
    package: (account) => reference.readPackage(db, account),
    saveForm: (ref, text) => forms.saveForm(db, ref, text, now()),
    hasForm: (sha256) => forms.hasForm(db, sha256),
    form: (sha256) => forms.readForm(db, sha256),
    findForm: (formId, version) => forms.findForm(db, formId, version),
    forgetForms: () => forms.forgetForms(db),
    saveDraft: (draft) => drafts.saveDraft(db, writer, draft, now()),
    draft: (draftId) => drafts.readDraft(db, draftId),
    drafts: (account) => drafts.listDrafts(db, account),
    discardDraft: (draftId) => drafts.discardDraft(db, draftId),
    savePhoto: (draft, question, bytes, type) =>
      photos.savePhoto(db, draft, { photo_id: newId(), question, bytes, type }),
    photoBytes: (photoId) => photos.photoBytes(db, photoId),
    photo: async (photoId) => (await db.read(["photo"], (tx) => tx.objectStore("photo").get(photoId))) ?? null,
    discardPhoto: (photoId) => photos.discardPhoto(db, photoId),
    commitSubmission: (sealed) => submissions.commitSubmission(db, sealed),
    submission: (opId) => submissions.readSubmission(db, opId),
    submissions: (account) => submissions.listSubmissions(db, account),
    outbox: (account) => outbox.listOutbox(db, account),
    updateOutbox: (changes) => outbox.updateOutbox(db, changes),
    saveReceipts: (rows) => outbox.saveReceipts(db, rows),
    receipt: (opId) => outbox.readReceipt(db, opId),
    noteProof: (opId, at) => submissions.noteProof(db, opId, at),
    purge: (opId, at) => submissions.purge(db, opId, at),
    probe: () => reference.probe(db, newId()),
    loss: () => reference.readLoss(db),
    noteLoss: (was) => reference.noteLoss(db, was && { ...was, noticed_at: now(), told: false, acknowledged: false }),
    changeLoss: (change) => reference.changeLoss(db, change),
    persist,
    storage: storageReport,
    close: () => db.close(),
  };
}

async function persist(): Promise<boolean> {
  try {
    return (await navigator.storage?.persist?.()) ?? false;
  } catch {
    return false;
  }
}

async function storageReport(): Promise<StorageReport> {
  const report: StorageReport = { persisted: null, used: null, free: null };
  try {
    report.persisted = (await navigator.storage?.persisted?.()) ?? null;
    const estimate = await navigator.storage?.estimate?.();
    report.used = estimate?.usage ?? null;
    if (estimate?.quota !== undefined) report.free = Math.max(0, estimate.quota - (estimate.usage ?? 0));
  } catch {
    // Some browsers refuse even to tell; the report stays empty.
  }
  return report;
}
