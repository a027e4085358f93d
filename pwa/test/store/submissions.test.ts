import { describe, expect, it } from "vitest";
import { openDB } from "idb";
import { createHash } from "node:crypto";
import { places } from "../../src/store/places.ts";
import { NotSaved } from "../../src/store/types.ts";
import { phoneStore, picture, sealed, sealsAVisit, visit } from "../cast.ts";

describe("saved means saved", () => {
  it("a sealed visit leaves no draft, one record, and outbox lines for it and its photos", async () => {
    const store = await phoneStore();

    const op = await sealsAVisit(store, 1, [300_000, 10]);

    expect(await store.drafts("lin")).toEqual([]);
    expect((await store.submission(op.op_id))?.body).toBe(op.body);
    const lines = await store.outbox("lin");
    expect(lines.map((line) => [line.type, line.state, line.tries])).toEqual([
      ["op", "waiting", 0],
      ["photo", "waiting", 0],
      ["photo", "waiting", 0],
    ]);
    expect((await store.photo(op.photos[0]!.photo_id))?.op_id).toBe(op.op_id);
  });

  it("every record gets the next number, without gaps", async () => {
    const store = await phoneStore();

    for (const rank of [1, 2, 3]) await sealsAVisit(store, rank);

    expect((await store.submissions("lin")).map((row) => row.dev_seq)).toEqual([3, 2, 1]);
    expect((await store.device()).dev_seq).toBe(3);
  });

  it("the bytes on the disk are sealed, and unsealed they are those that were digested", async () => {
    const store = await phoneStore();
    const op = await sealsAVisit(store);

    const db = await openDB(store.name);
    const record = (await db.get("body", op.op_id)) as { sealed: ArrayBuffer };
    const ring = await store.vaults.ring("lin");
    const bytes = await ring.unseal(record.sealed, places.body(op.op_id));

    expect(Buffer.from(record.sealed).includes("640104")).toBe(false);
    expect(createHash("sha256").update(bytes).digest("hex")).toBe(op.digest);
    db.close();
  });

  it("every write asks for strict durability", async () => {
    const asked: unknown[] = [];
    const plain = IDBDatabase.prototype.transaction;
    IDBDatabase.prototype.transaction = function (names, mode, options) {
      if (mode === "readwrite") asked.push(options?.durability);
      return plain.call(this, names, mode, options);
    };
    try {
      const store = await phoneStore();
      await sealsAVisit(store, 1, [10]);
      await store.discardDraft("none");
      await store.endSession();
    } finally {
      IDBDatabase.prototype.transaction = plain;
    }
    expect(asked.length).toBeGreaterThan(5);
    expect(new Set(asked)).toEqual(new Set(["strict"]));
  });
});

/** Abort the n-th `put`/`add` on a store with this error, as a full or dying disk does. */
function failing(storeName: string, errorName: string): () => void {
  const plain = IDBObjectStore.prototype.add;
  IDBObjectStore.prototype.add = function (this: IDBObjectStore, value, key) {
    if (this.name === storeName) {
      this.transaction.abort();
      throw new DOMException("disk", errorName);
    }
    return plain.call(this, value, key);
  };
  return () => void (IDBObjectStore.prototype.add = plain);
}

describe("a transaction that is not complete is not saved", () => {
  it.each([
    ["QuotaExceededError", "full"],
    ["DataError", "full"],
    ["AbortError", "interrupted"],
    ["InvalidStateError", "interrupted"],
  ])("%s while sealing says so and loses nothing", async (errorName, reason) => {
    const store = await phoneStore();
    const draft = await store.saveDraft(visit(1));
    const op = sealed(draft);

    const mend = failing("outbox", errorName);
    const failure = await store.commitSubmission(op).catch((error: unknown) => error);
    mend();

    expect(failure).toBeInstanceOf(NotSaved);
    expect((failure as NotSaved).reason).toBe(reason);
    expect(await store.submission(op.op_id)).toBeNull();
    expect(await store.outbox("lin")).toEqual([]);
    expect((await store.draft(draft.draft_id))?.answers).toEqual(draft.answers);
    expect((await store.device()).dev_seq).toBe(0);
  });

  it("and the same visit can be saved afterwards", async () => {
    const store = await phoneStore();
    const op = sealed(await store.saveDraft(visit(1)));
    const mend = failing("submission", "QuotaExceededError");
    await expect(store.commitSubmission(op)).rejects.toThrow(NotSaved);
    mend();

    await store.commitSubmission(op);

    expect((await store.device()).dev_seq).toBe(1);
  });

  it("a photo that is not whole stops the sealing", async () => {
    const store = await phoneStore();
    const draft = await store.saveDraft(visit(1));
    const ref = await store.savePhoto(draft, "/cover/door", picture(600_000), "image/jpeg");
    const db = await openDB(store.name);
    await db.delete("photo_chunk", [ref.photo_id, 1]);
    db.close();
    const op = sealed({ ...draft, photos: [ref], answers: { cover: { door: ref.photo_id } } });

    await expect(store.commitSubmission(op)).rejects.toMatchObject({ reason: "photo-missing" });

    expect(await store.draft(draft.draft_id)).not.toBeNull();
    expect(await store.submission(op.op_id)).toBeNull();
  });

  it("a record that does not read back equal is not called saved, and can be put again", async () => {
    const store = await phoneStore();
    const op = sealed(await store.saveDraft(visit(1)));
    const plain = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (this: IDBObjectStore, value: { sealed?: ArrayBuffer }, key) {
      if (this.name === "body" && value.sealed) new Uint8Array(value.sealed)[5] = 0;
      return plain.call(this, value, key);
    };
    await expect(store.commitSubmission(op)).rejects.toMatchObject({ reason: "not-reread" });
    IDBObjectStore.prototype.put = plain;

    await store.commitSubmission(op);

    expect((await store.submission(op.op_id))?.body).toBe(op.body);
    expect((await store.device()).dev_seq).toBe(1);
  });
});

describe("sealing twice", () => {
  it("the same sealed visit twice is one record", async () => {
    const store = await phoneStore();
    const op = sealed(await store.saveDraft(visit(1)));

    await store.commitSubmission(op);
    await store.commitSubmission(op);

    expect(await store.submissions("lin")).toHaveLength(1);
    expect((await store.device()).dev_seq).toBe(1);
  });

  it("one draft in two tabs becomes one record; the later tab is told", async () => {
    const store = await phoneStore();
    const draft = await store.saveDraft(visit(1));
    const [one, two] = [sealed(draft), sealed(draft)];

    const ends = await Promise.allSettled([store.commitSubmission(one), store.commitSubmission(two)]);

    expect(one.op_id).not.toBe(two.op_id);
    const told = ends.filter((end) => end.status === "rejected"); // either tab may come first
    expect(told).toHaveLength(1);
    expect(told[0]!.reason).toMatchObject({ reason: "draft-gone" });
    expect(await store.submissions("lin")).toHaveLength(1);
  });
});

describe("a connection that the browser closed", () => {
  it("and that a full disk does not open again is called full, not a browser without storage", async () => {
    const store = await phoneStore();
    store.close();
    await new Promise((done) => setTimeout(done, 20));
    const plain = IDBFactory.prototype.open;
    IDBFactory.prototype.open = () => {
      throw new DOMException("Internal error opening backing store", "UnknownError");
    };
    const failure = await store.saveDraft(visit(1)).catch((error: unknown) => error);
    IDBFactory.prototype.open = plain;

    expect(failure).toMatchObject({ name: "NotSaved", reason: "full" });
    await store.saveDraft(visit(1));
  });

  it("is opened again by the next call", async () => {
    const store = await phoneStore();
    const draft = await store.saveDraft(visit(1));
    store.close();
    await new Promise((done) => setTimeout(done, 20));

    const op = sealed(draft);
    await store.commitSubmission(op);

    expect((await store.submission(op.op_id))?.body).toBe(op.body);
  });
});
