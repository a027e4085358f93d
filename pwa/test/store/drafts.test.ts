import { describe, expect, it } from "vitest";
import { openDB } from "idb";
import { createDraftKeeper } from "../../src/sync/draft-keeper.ts";
import { newId } from "../../src/sync/environment.ts";
import { openStore } from "../../src/store/open.ts";
import { FORM, phoneStore, picture, sealsAVisit, visit } from "../cast.ts";

const tick = (ms: number) => new Promise((done) => setTimeout(done, ms));

describe("drafts", () => {
  it("come back as they were, latest first, each account its own", async () => {
    const store = await phoneStore();
    await store.saveDraft(visit(1));
    await tick(2);
    await store.saveDraft(visit(2, { cover: { note: "草稿" } }));
    await store.saveDraft({ ...visit(3), account: "ma" });

    const drafts = await store.drafts("lin");

    expect(drafts.map((draft) => draft.sample_id)).toEqual(["2017-1-A1.640104-P.2", "2017-1-A1.640104-P.1"]);
    expect(drafts[0]?.answers).toEqual({ cover: { note: "草稿" } });
  });

  it("two tabs on one draft: the second that writes is told", async () => {
    const here = await phoneStore();
    const there = await openStore({ name: here.name, newId, now: () => new Date().toISOString() });
    const first = await here.saveDraft(visit(1));
    await here.saveDraft(first);

    await expect(there.saveDraft(first)).rejects.toMatchObject({ reason: "draft-elsewhere" });
  });

  it("a draft that was sealed or discarded does not come back to life", async () => {
    const store = await phoneStore();
    const draft = await store.saveDraft(visit(1));
    await store.discardDraft(draft.draft_id);

    await expect(store.saveDraft(draft)).rejects.toMatchObject({ reason: "draft-gone" });
  });

  it("discarding takes the draft's photos, never those of a record", async () => {
    const store = await phoneStore();
    const op = await sealsAVisit(store, 1, [50]);
    const draft = await store.saveDraft(visit(2));
    const ref = await store.savePhoto(draft, "/cover/door", picture(50), "image/jpeg");

    await store.discardDraft(draft.draft_id);
    await store.discardPhoto(op.photos[0]!.photo_id);
    await store.discardDraft(op.draft_id!);

    expect(await store.photoBytes(ref.photo_id)).toBeNull();
    expect(await store.photoBytes(op.photos[0]!.photo_id)).not.toBeNull();
  });
});

describe("the draft keeper", () => {
  it("joins a burst of changes into few saves and keeps the last", async () => {
    const store = await phoneStore();
    const keeper = createDraftKeeper(store, await store.saveDraft(visit(1)), 20);
    for (let i = 0; i <= 40; i += 1) keeper.change({ answers: { cover: { n: String(i) } } });

    await tick(80);

    expect((await store.draft(keeper.draft.value.draft_id))?.answers).toEqual({ cover: { n: "40" } });
    expect(keeper.draft.value.rev).toBeLessThan(5);
    expect(keeper.dirty.value).toBe(false);
    expect(keeper.savedAt.value).not.toBeNull();
  });

  it("a change during a save is saved too before flush resolves", async () => {
    const store = await phoneStore();
    const keeper = createDraftKeeper(store, await store.saveDraft(visit(1)), 10_000);
    keeper.change({ page: 1 });
    const flushed = keeper.flush();
    keeper.change({ page: 2 });

    await flushed;

    expect((await store.draft(keeper.draft.value.draft_id))?.page).toBe(2);
    keeper.close();
  });

  it("says why when it could not save, and saves with the next change", async () => {
    const store = await phoneStore();
    const keeper = createDraftKeeper(store, await store.saveDraft(visit(1)), 10_000);
    const plain = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = () => {
      throw new DOMException("disk", "QuotaExceededError");
    };
    keeper.change({ page: 3 });
    await expect(keeper.flush()).rejects.toMatchObject({ reason: "full" });
    IDBObjectStore.prototype.put = plain;
    expect(keeper.problem.value?.reason).toBe("full");
    expect(keeper.dirty.value).toBe(true);

    await keeper.flush();

    expect(keeper.problem.value).toBeNull();
    expect((await store.draft(keeper.draft.value.draft_id))?.page).toBe(3);
    keeper.close();
  });
});

describe("photos and forms", () => {
  it.each([0, 1, 262_144, 262_145, 900_000])("a photo of %i bytes reads back equal", async (size) => {
    const store = await phoneStore();
    const draft = await store.saveDraft(visit(1));
    const bytes = picture(size);

    const ref = await store.savePhoto(draft, "/cover/door", bytes, "image/jpeg");

    expect(Buffer.from((await store.photoBytes(ref.photo_id))!).equals(Buffer.from(bytes))).toBe(true);
    expect(ref.bytes).toBe(size);
  });

  it("a photo with a flipped bit is not given out", async () => {
    const store = await phoneStore();
    const draft = await store.saveDraft(visit(1));
    const ref = await store.savePhoto(draft, "/cover/door", picture(1000), "image/jpeg");
    const db = await openDB(store.name);
    const chunk = (await db.get("photo_chunk", [ref.photo_id, 0])) as { sealed: ArrayBuffer };
    new Uint8Array(chunk.sealed)[10]! ^= 1;
    await db.put("photo_chunk", chunk);
    db.close();

    expect(await store.photoBytes(ref.photo_id)).toBeNull();
  });

  it("a form is kept only under its own digest", async () => {
    const store = await phoneStore();

    await expect(store.saveForm(FORM, "{}")).rejects.toMatchObject({ reason: "not-reread" });
    const sha256 = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    await store.saveForm({ ...FORM, sha256 }, "{}");

    expect(await store.form(sha256)).toEqual({});
    expect(await store.hasForm(FORM.sha256)).toBe(false);
  });
});

describe("what identifies the phone", () => {
  it("is made once, also by two tabs at the same time", async () => {
    const one = await openStore({ name: "twins", newId, now: () => "2026-11-24T00:00:00Z" });
    const two = await openStore({ name: "twins", newId, now: () => "2026-11-24T00:00:00Z" });

    const [a, b] = await Promise.all([one.device(), two.device()]);

    expect(a.device_id).toBe(b.device_id);
  });
});
