import { openDB, deleteDB } from "idb";
import { describe, expect, it } from "vitest";
import { MOST_WRONG, pinFault } from "../../src/domain/pin.ts";
import { openStore } from "../../src/store/open.ts";
import { bundleOf, newKey } from "../../src/store/vault/keyring.ts";
import type { Store } from "../../src/store/types.ts";
import { newId } from "../../src/sync/environment.ts";
import { CHEAP, FORM, phoneStore, picture, sealed, sealsAVisit, visit } from "../cast.ts";

const PLANTED = ["马秀兰", "640104196503120027", "13895001234", "咱家的房子漏雨"];
const now = () => new Date().toISOString();

/** Another page on the same store, as after the app was closed. */
const reopened = (store: { name: string }) => openStore({ name: store.name, newId, now, pinCost: CHEAP });

async function everyByte(name: string): Promise<Buffer> {
  const db = await openDB(name);
  const parts: Buffer[] = [];
  for (const store of db.objectStoreNames) {
    for (const row of await db.getAll(store)) {
      if (row instanceof CryptoKey) continue;
      const walk = (value: unknown): void => {
        if (value instanceof ArrayBuffer) parts.push(Buffer.from(value));
        else if (value && typeof value === "object") Object.values(value).forEach(walk);
        else parts.push(Buffer.from(`${String(value)}\n`));
      };
      walk(row);
    }
  }
  db.close();
  return Buffer.concat(parts);
}

async function plants(store: Store) {
  await store.saveSession({ account: "lin", role: "inspector", scope: "640104", name: PLANTED[0]!, token: PLANTED[2]!, expires_at: "", valid: true });
  const pack = { epoch: "e", receipt_key: { alg: "ES256", key_id: "k", spki: "s" }, samples: [{ household: { head_name: PLANTED[0], phone: PLANTED[2] } }] };
  await store.savePackage("lin", JSON.stringify(pack), now());
  const photo = picture(300_000);
  const draft = await store.saveDraft(visit(1, { cover: { name: PLANTED[0]!, id: PLANTED[1]!, note: PLANTED[3]! } }));
  const ref = await store.savePhoto(draft, "/cover/door", photo, "image/jpeg");
  const open = await store.saveDraft({ ...draft, photos: [ref], answers: { ...draft.answers, door: { photo: ref.photo_id } } });
  const op = sealed(open);
  await store.commitSubmission(op);
  await store.saveDraft(visit(2, { cover: { name: PLANTED[0]!, note: PLANTED[3]! } }));
  await store.updateOutbox([{ id: `op:${op.op_id}`, change: { problem: { title: PLANTED[3] } } }]);
  return { op, photo, ref };
}

describe("what lies on the disk", () => {
  it.each(["without a PIN", "with a PIN"])("tells no name, number, answer, household or picture, %s", async (how) => {
    const store = await phoneStore();
    const { photo } = await plants(store);
    if (how === "with a PIN") await store.vaults.setPin("lin", "tulip-7");

    const bytes = await everyByte(store.name);

    for (const planted of PLANTED) expect(bytes.includes(planted), planted).toBe(false);
    expect(bytes.includes("640104001201"), "the drawn household").toBe(false);
    expect(bytes.includes("640104-P"), "the sample").toBe(false);
    expect(bytes.includes(Buffer.from(photo).subarray(100, 132))).toBe(false);
    expect(bytes.includes(Buffer.from(photo).subarray(280_000, 280_032))).toBe(false);
  });

  it("and all of it is there again for its owner", async () => {
    const store = await phoneStore();
    const { op, photo, ref } = await plants(store);

    expect((await store.submission(op.op_id))?.body).toBe(op.body);
    expect((await store.submissions("lin"))[0]).toMatchObject({ sample_id: op.sample_id, household: op.household });
    expect((await store.outbox("lin"))[0]?.problem).toEqual({ title: PLANTED[3] });
    expect(Buffer.from((await store.photoBytes(ref.photo_id))!).equals(Buffer.from(photo))).toBe(true);
    expect((await store.session())?.name).toBe(PLANTED[0]);
  });
});

describe("a PIN", () => {
  it.each([
    ["12345", "short"], ["123456", "simple"], ["987654", "simple"], ["111222", "simple"], ["zhao99", "simple"],
    ["739104", null], ["tulip-7", null], ["六个汉字也行", null],
  ])("%s is %s", (pin, fault) => {
    expect(pinFault(pin, "zhao99")).toBe(fault);
  });

  it("shuts what is here when the app is closed, and opens all of it again", async () => {
    const store = await phoneStore();
    const { op, ref } = await plants(store);
    await store.vaults.setPin("lin", "tulip-7");

    const later = await reopened(store);

    await expect(later.drafts("lin")).rejects.toMatchObject({ reason: "locked" });
    await expect(later.session()).rejects.toMatchObject({ reason: "locked" });
    expect(await later.unsent("lin")).toEqual({ records: 1, photos: 1 });
    expect(await later.vaults.unlock("lin", "tulip-8")).toBe("wrong");
    expect(await later.vaults.unlock("lin", "tulip-7")).toBe("open");
    expect((await later.submission(op.op_id))?.body).toBe(op.body);
    expect(await later.photoBytes(ref.photo_id)).not.toBeNull();
    expect(await later.drafts("lin")).toHaveLength(1);
    expect((await later.vaults.state("lin")).wrong).toBe(0);
  });

  it("seals everything anew when it is set, so that the wrap of before opens nothing", async () => {
    const store = await phoneStore();
    await plants(store);
    const db = await openDB(store.name);
    const before = await db.get("vault", "lin");
    await store.vaults.setPin("lin", "tulip-7");
    await db.put("vault", { ...before, generation: 99 });
    db.close();

    const thief = await reopened(store);

    expect(await thief.drafts("lin")).toEqual([]);
    expect(thief.damage().length).toBeGreaterThan(0);
  });

  it("stopped while everything was being sealed anew, it goes on at the next opening", async () => {
    const store = await phoneStore();
    const { op } = await plants(store);
    const plain = IDBObjectStore.prototype.put;
    let left = 3;
    IDBObjectStore.prototype.put = function (this: IDBObjectStore, value, key) {
      if (this.name !== "vault" && (left -= 1) < 0) throw new DOMException("killed", "AbortError");
      return plain.call(this, value, key);
    };
    await store.vaults.setPin("lin", "tulip-7").catch(() => undefined);
    IDBObjectStore.prototype.put = plain;

    const later = await reopened(store);
    expect(await later.vaults.unlock("lin", "tulip-7")).toBe("open");

    expect((await later.vaults.ring("lin")).raw).toHaveLength(1);
    expect((await later.submission(op.op_id))?.body).toBe(op.body);
    expect(later.damage()).toEqual([]);
  });

  it("tried wrong ten times asks for the network, counts over restarts, and erases nothing", async () => {
    const store = await phoneStore();
    const { op } = await plants(store);
    await store.vaults.setPin("lin", "tulip-7");
    const raw = bundleOf((await store.vaults.ring("lin")).raw);
    for (let i = 1; i <= MOST_WRONG; i += 1) {
      const page = await reopened(store);
      expect(await page.vaults.unlock("lin", `wrong-${i}`)).toBe(i < MOST_WRONG ? "wrong" : "shut");
    }
    const page = await reopened(store);
    expect(await page.vaults.unlock("lin", "tulip-7")).toBe("shut");
    expect(await page.vaults.state("lin")).toMatchObject({ isShut: true, wrong: MOST_WRONG });

    expect(await page.vaults.openWith("lin", bundleOf([newKey()]))).toBe(false);
    expect(await page.vaults.openWith("lin", raw)).toBe(true);
    await page.vaults.setPin("lin", "rose-55");

    expect((await page.submission(op.op_id))?.body).toBe(op.body);
    const last = await reopened(store);
    expect(await last.vaults.unlock("lin", "rose-55")).toBe("open");
    expect(await last.drafts("lin")).toHaveLength(1);
  });

  it("set in one tab makes another tab's keys out of date: it may not write with them", async () => {
    const store = await phoneStore();
    const other = await reopened(store);
    const draft = await other.saveDraft(visit(1));

    await store.vaults.setPin("lin", "tulip-7");

    await expect(other.saveDraft(draft)).rejects.toMatchObject({ reason: "locked" });
    expect(await other.vaults.isStale("lin")).toBe(true);
    other.vaults.lock();
    await other.vaults.unlock("lin", "tulip-7");
    expect((await other.saveDraft(draft)).rev).toBe(2);
  });
});

describe("two people on one phone", () => {
  it("neither can read the other's work, nor open it under another name", async () => {
    const store = await phoneStore();
    await plants(store);
    await store.saveDraft({ ...visit(3), account: "ma" });
    await store.vaults.setPin("lin", "tulip-7");

    const later = await reopened(store);

    expect(await later.drafts("ma")).toHaveLength(1);
    await expect(later.drafts("lin")).rejects.toMatchObject({ reason: "locked" });
    const db = await openDB(store.name);
    const lins = (await db.getAll("draft")).find((row) => row.account === "lin");
    await db.put("draft", { ...lins, account: "ma" });
    db.close();
    expect(await later.drafts("ma")).toHaveLength(1);
    expect(later.damage()).toHaveLength(1);
  });
});

describe("bytes that were changed or swapped", () => {
  it("are noticed and told, and the others are fine", async () => {
    const store = await phoneStore();
    const [one, two, three] = [await sealsAVisit(store, 1), await sealsAVisit(store, 2), await sealsAVisit(store, 3)];
    const db = await openDB(store.name);
    const [a, b] = [await db.get("body", one.op_id), await db.get("body", two.op_id)];
    await db.put("body", { op_id: one.op_id, sealed: b.sealed });
    new Uint8Array(a.sealed)[40]! ^= 1;
    await db.put("body", { op_id: two.op_id, sealed: a.sealed });
    db.close();

    expect(await store.submission(one.op_id)).toBeNull();
    expect(await store.submission(two.op_id)).toBeNull();
    expect((await store.submission(three.op_id))?.body).toBe(three.body);
    expect(store.damage()).toHaveLength(2);
    expect(await store.submissions("lin")).toHaveLength(3);
  });

  it("an older state of a draft in the place of a newer one is noticed", async () => {
    const store = await phoneStore();
    const draft = await store.saveDraft(visit(1));
    const db = await openDB(store.name);
    const older = await db.get("draft", draft.draft_id);
    await store.saveDraft({ ...draft, page: 4 });
    const newer = await db.get("draft", draft.draft_id);
    await db.put("draft", { ...newer, sealed: older.sealed });
    db.close();

    expect(await store.draft(draft.draft_id)).toBeNull();
    expect(store.damage()).toHaveLength(1);
  });

  it("plain bytes are taken for sealed ones only while an older release's are brought over", async () => {
    const store = await phoneStore();
    const op = await sealsAVisit(store);
    const db = await openDB(store.name);
    await db.put("body", { op_id: op.op_id, sealed: new TextEncoder().encode(op.body).buffer });
    db.close();

    expect(await store.submission(op.op_id)).toBeNull();
  });
});

describe("the release before, which did not encrypt", () => {
  it("leaves everything readable, and nothing readable on the disk", async () => {
    const name = "release-1";
    await deleteDB(name);
    const old = await openDB(name, 1, {
      upgrade(db) {
        db.createObjectStore("meta");
        db.createObjectStore("session", { keyPath: "account" });
        db.createObjectStore("package", { keyPath: "account" });
        db.createObjectStore("form", { keyPath: "sha256" });
        db.createObjectStore("draft", { keyPath: "draft_id" }).createIndex("account", "account");
        const photo = db.createObjectStore("photo", { keyPath: "photo_id" });
        photo.createIndex("draft_id", "draft_id");
        photo.createIndex("op_id", "op_id");
        db.createObjectStore("photo_chunk", { keyPath: ["photo_id", "n"] });
        db.createObjectStore("submission", { keyPath: "op_id" }).createIndex("account", "account");
        db.createObjectStore("body", { keyPath: "op_id" });
        db.createObjectStore("outbox", { keyPath: "id" }).createIndex("account", "account");
        db.createObjectStore("receipt", { keyPath: ["op_id", "epoch"] }).createIndex("op_id", "op_id");
      },
    });
    const bytesOf = (value: unknown) => new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value)).buffer;
    const draft = { ...visit(1, { cover: { name: PLANTED[0]! } }), rev: 3, saved_at: now() };
    const op = sealed(visit(2, { cover: { note: PLANTED[3]! } }));
    await old.put("meta", { device_id: newId(), label: "", created_at: now(), dev_seq: 1 }, "device");
    await old.put("meta", "lin", "current");
    await old.put("session", { account: "lin", expires_at: "", valid: true, sealed: bytesOf({ token: "t", role: "inspector", scope: "640104", name: PLANTED[0] }) });
    await old.put("draft", { draft_id: draft.draft_id, account: "lin", rev: 3, saved_at: now(), writer: "w", sealed: bytesOf(draft) });
    await old.put("body", { op_id: op.op_id, sealed: bytesOf(op.body) });
    await old.put("submission", { op_id: op.op_id, account: "lin", digest: op.digest, bytes: op.bytes, dev_seq: 1, sealed_at: now(), kind: "interview", sample_id: op.sample_id, household: op.household, form_id: FORM.form_id, corrects: null });
    await old.put("outbox", { id: `op:${op.op_id}`, type: "op", account: "lin", op_id: op.op_id, photo_id: null, sha256: null, bytes: op.bytes, dev_seq: 1, state: "held", tries: 1, last_try_at: now(), last_word: null, last_reason: null, problem: { title: PLANTED[3] }, upload_url: null });
    old.close();

    const store = await openStore({ name, newId, now, pinCost: CHEAP });

    expect((await store.session())?.name).toBe(PLANTED[0]);
    expect((await store.drafts("lin"))[0]?.answers).toEqual(draft.answers);
    expect((await store.submission(op.op_id))?.body).toBe(op.body);
    expect((await store.submissions("lin"))[0]).toMatchObject({ sample_id: op.sample_id, dev_seq: 1 });
    expect((await store.outbox("lin"))[0]).toMatchObject({ state: "held", problem: { title: PLANTED[3] } });
    const bytes = await everyByte(name);
    for (const planted of [...PLANTED, "640104001201"]) expect(bytes.includes(planted), planted).toBe(false);
  });
});
