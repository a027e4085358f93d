import { openDB } from "idb";
import { describe, expect, it } from "vitest";
import { sha256Hex } from "../../src/domain/text.ts";
import { newDraft } from "../../src/domain/submission.ts";
import type { FormRef } from "../../src/domain/wire.ts";
import type { Store } from "../../src/store/types.ts";
import { newId } from "../../src/sync/environment.ts";
import { clockAt, MORNING, phoneStore, sealed } from "../cast.ts";

const textOf = (version: string) => JSON.stringify({ format: 1, id: "q1_poor", version });

function form(version: string): FormRef {
  return { form_id: "q1_poor", version, sha256: sha256Hex(textOf(version)), url: `/api/v1/forms/q1_poor/${version}.json` };
}

const [OLD, NEW] = [form("1"), form("2")];
const TOLD = { epoch: "e-1", receipt_key: { alg: "ES256", key_id: "k", spki: "s" } };

async function phone(...forms: FormRef[]): Promise<Store & { name: string }> {
  const store = await phoneStore();
  for (const each of forms) await store.saveForm(each, textOf(each.version));
  return store;
}

/** One whole pull, as sync/pull.ts does it. */
async function pulls(store: Store, account: string, ...forms: FormRef[]): Promise<void> {
  for (const each of forms) await store.saveForm(each, textOf(each.version));
  await store.savePackage(account, JSON.stringify({ ...TOLD, forms }), MORNING);
  await store.forgetForms();
}

function begun(account: string, of: FormRef) {
  const answers = { cover: { contact_result: "completed" } };
  return newDraft({ account, form: of, sample_id: `s-${account}`, household: "640104001201-0001", answers }, clockAt(MORNING), newId);
}

describe("an old form", () => {
  it("leaves the phone with the second package that does not name it, and no sooner", async () => {
    const store = await phone();
    await pulls(store, "lin", OLD);
    await pulls(store, "lin", OLD);

    await pulls(store, "lin", NEW);
    expect([await store.hasForm(OLD.sha256), await store.hasForm(NEW.sha256)]).toEqual([true, true]);
    await pulls(store, "lin", NEW);

    expect([await store.hasForm(OLD.sha256), await store.hasForm(NEW.sha256)]).toEqual([false, true]);
  });

  it("stays while a draft of another account needs it, whose vault is shut; and leaves when that is gone", async () => {
    const store = await phone();
    await pulls(store, "ma", OLD);
    const draft = await store.saveDraft(begun("ma", OLD));
    await store.vaults.setPin("ma", "tulip-71");
    await pulls(store, "ma", NEW);
    await pulls(store, "ma", NEW);
    store.vaults.lock();
    expect(await store.draft(draft.draft_id).catch((error: unknown) => error)).toMatchObject({ reason: "locked" });

    for (let i = 0; i < 3; i += 1) await pulls(store, "lin", NEW);
    expect(await store.form(OLD.sha256)).toEqual(JSON.parse(textOf("1")));

    await store.discardDraft(draft.draft_id);
    await pulls(store, "lin", NEW);
    expect(await store.hasForm(OLD.sha256)).toBe(false);
  });

  it("stays while another account's package names it", async () => {
    const store = await phone();
    await pulls(store, "ma", OLD);
    await pulls(store, "ma", OLD);

    for (let i = 0; i < 3; i += 1) await pulls(store, "lin", NEW);

    expect(await store.hasForm(OLD.sha256)).toBe(true);
  });

  it("stays with a record to be read and corrected, until the record's payload leaves", async () => {
    const store = await phone();
    await pulls(store, "lin", OLD);
    const op = sealed(await store.saveDraft(begun("lin", OLD)));
    await store.commitSubmission(op);
    for (let i = 0; i < 3; i += 1) await pulls(store, "lin", NEW);
    expect((await store.findForm("q1_poor", "1"))?.sha256).toBe(OLD.sha256);

    await store.purge(op.op_id, MORNING);
    await pulls(store, "lin", NEW);

    expect(await store.findForm("q1_poor", "1")).toBeNull();
  });

  it.each([
    ["draft", "form"],
    ["package", "forms"],
    ["submission", "form_version"],
  ] as const)("stays when an earlier release wrote a %s that does not say what it needs", async (name, field) => {
    const store = await phone(OLD);
    if (name === "draft") await store.saveDraft(begun("ma", NEW));
    if (name === "submission") await store.commitSubmission(sealed(await store.saveDraft(begun("ma", NEW))));
    for (let i = 0; i < 2; i += 1) await store.savePackage("ma", JSON.stringify({ ...TOLD, forms: [NEW] }), MORNING);
    const db = await openDB(store.name);
    for (const row of (await db.getAll(name)) as Record<string, unknown>[]) {
      delete row[field];
      await db.put(name, row);
    }
    db.close();

    for (let i = 0; i < 3; i += 1) await pulls(store, "lin", NEW);

    expect(await store.hasForm(OLD.sha256)).toBe(true);
  });
});
