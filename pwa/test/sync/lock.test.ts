import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MOST_WRONG } from "../../src/domain/pin.ts";
import { openPhone } from "../../src/sync/phone.ts";
import { CHEAP, FORM } from "../cast.ts";
import { startServer, type TestServer } from "../server.ts";

type Opened = Awaited<ReturnType<typeof openPhone>>;

let server: TestServer;
let phone: Opened;
let opened = 0;
let name = "";

const open = () => openPhone({ dbName: name, fetch: server.fetch, origin: server.origin, workerBase: null, random: () => 0, pinCost: CHEAP });

async function until(what: () => boolean): Promise<void> {
  while (!what()) await new Promise((done) => setTimeout(done, 5));
}

async function reopen(): Promise<void> {
  phone.close();
  phone = await open();
}

const begin = () => phone.beginDraft({ form: FORM, sample_id: "2017-1-A1.640104-P.1", household: "640104001201-0001" });

beforeEach(async () => {
  server = await startServer();
  name = `lock-${(opened += 1)}`;
  phone = await open();
  await phone.signIn("lin", "right");
  await until(() => phone.pack.value !== null);
});

afterEach(() => phone.close());

describe("a phone with a PIN", () => {
  it("shows nothing until it is opened, and then all of it", async () => {
    const keeper = await begin();
    keeper.change({ answers: { cover: { note: "漏雨" } } });
    await keeper.flush();
    expect(await phone.setPin("tulip-7")).toBe("done");
    await reopen();

    expect(phone.lock.value).toMatchObject({ isLocked: true, account: "lin", hasPin: true });
    expect([phone.session.value, phone.pack.value, phone.drafts.value]).toEqual([null, null, []]);
    expect(await phone.unlock("tulip-8")).toBe("wrong");
    expect(phone.lock.value.wrong).toBe(1);
    expect(await phone.unlock("tulip-7")).toBe("open");

    expect(phone.lock.value.isLocked).toBe(false);
    expect(phone.session.value?.name).toBe("林督查");
    expect(phone.drafts.value[0]?.answers).toEqual({ cover: { note: "漏雨" } });
  });

  it("saves what is being written before it locks, and sends nothing while it is shut", async () => {
    await phone.setPin("tulip-7");
    server.fault = () => "away";
    const done = await begin();
    await phone.sealDraft(done, { cover: { contact_result: "refused" } });
    const keeper = await phone.beginDraft({ form: FORM, sample_id: "2017-1-A1.640104-P.2", household: "640104001201-0002" });
    keeper.change({ answers: { cover: { note: "写到一半" } } });

    expect(await phone.lockNow()).toBe(true);

    expect(phone.lock.value).toMatchObject({ isLocked: true, records: 1 });
    expect(keeper.isClosed()).toBe(true);
    server.fault = () => null;
    const before = server.seen.length;
    await phone.syncNow();
    expect(server.seen.slice(before).map((each) => each.path)).toEqual([]);
    await phone.unlock("tulip-7");
    await until(() => phone.outbox.value.records === 0 && phone.outbox.value.entries.length === 1);
    expect(phone.drafts.value[0]?.answers).toEqual({ cover: { note: "写到一半" } });
  });

  it("keeps its keys while a draft cannot be saved: shut for the eyes, nothing lost", async () => {
    await phone.setPin("tulip-7");
    const keeper = await begin();
    const plain = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (this: IDBObjectStore, value, key) {
      if (this.name === "draft") throw new DOMException("disk", "QuotaExceededError");
      return plain.call(this, value, key);
    };
    keeper.change({ answers: { cover: { note: "盘满了" } } });
    expect(await phone.lockNow()).toBe(false);
    IDBObjectStore.prototype.put = plain;
    expect(phone.lock.value.isLocked).toBe(true);

    expect(await phone.unlock("tulip-7")).toBe("open");
    await until(() => !keeper.dirty.value);

    expect((await phone.store.draft(keeper.draft.value.draft_id))?.answers).toEqual({ cover: { note: "盘满了" } });
  });

  it("ten wrong PINs, then the password online: the work is there, and a new PIN must be set", async () => {
    const keeper = await begin();
    await keeper.flush();
    await phone.setPin("tulip-7");
    await reopen();
    for (let i = 0; i < MOST_WRONG; i += 1) await phone.unlock(`wrong-${i}`);
    expect(phone.lock.value.isShut).toBe(true);
    expect(await phone.unlock("tulip-7")).toBe("shut");

    server.fault = () => "away";
    expect(await phone.signIn("lin", "right")).toMatchObject({ ok: false, reason: "offline" });
    expect(phone.lock.value.isLocked).toBe(true);
    server.fault = () => null;
    expect(await phone.signIn("lin", "right")).toMatchObject({ ok: true });

    expect(phone.lock.value).toMatchObject({ isLocked: false, mustSetPin: true });
    expect(phone.drafts.value).toHaveLength(1);
    expect(await phone.setPin("rose-55")).toBe("done");
    await reopen();
    expect(await phone.unlock("rose-55")).toBe("open");
    expect(phone.drafts.value).toHaveLength(1);
  });

  it("a PIN that the service could not give back is not set", async () => {
    phone.close();
    name = `${name}-without`;
    server.pack = { recovery_key: undefined as never };
    phone = await open();
    await phone.signIn("lin", "right");
    await until(() => phone.pack.value !== null);

    expect(await phone.setPin("tulip-7")).toBe("offline");
    expect(await phone.setPin("123456")).toBe("simple");
    expect(phone.lock.value.hasPin).toBe(false);
  });

  it("another service's key opens nothing: the PIN still does", async () => {
    await phone.setPin("tulip-7");
    await reopen();
    server.fault = (seen) => (seen.path.endsWith("/recovery") ? new Response("{}", { status: 404 }) : null);

    expect(await phone.signIn("lin", "right", true)).toMatchObject({ ok: false, reason: "needs-pin" });
    expect(await phone.unlock("tulip-7")).toBe("open");
  });
});

describe("word of this phone", () => {
  it("tells the service sizes and numbers, and shows what never came", async () => {
    phone.close();
    // before the first sign-in: the word of a start may be under way already, and is given once in a while only
    server.gaps = [{ device_id: "old", label: "Android 9", missing: [3, 4] }];
    name = `lock-${(opened += 1)}`;
    phone = await open();
    await phone.signIn("lin", "right");
    await phone.checkHealth();
    await phone.syncNow();
    await until(() => server.beats.length > 0 && phone.health.value.gaps.length > 0);

    const beat = server.beats[server.beats.length - 1]!;
    expect(beat).toMatchObject({ device_id: phone.device.value?.device_id, max_dev_seq: 0, unsent_ops: 0, lost: null });
    expect(JSON.stringify(beat)).not.toContain("林督查");
    expect(phone.health.value.gaps[0]?.missing).toEqual([3, 4]);
  });

  /** Until the first run of this phone is over. */
  const rests = (heard: number) => until(() => server.beats.length > heard && phone.status.value.phase === "idle");

  /** The mark outside the database, as a browser keeps it. */
  async function withMarks(work: (marks: Map<string, string>) => Promise<void>): Promise<void> {
    const marks = new Map<string, string>();
    (globalThis as { localStorage?: unknown }).localStorage = {
      getItem: (key: string) => marks.get(key) ?? null,
      setItem: (key: string, value: string) => void marks.set(key, value),
    };
    try {
      await work(marks);
    } finally {
      delete (globalThis as { localStorage?: unknown }).localStorage;
    }
  }

  it("notices at the next start that its store was emptied, tells the service once, and goes on counting", () =>
    withMarks(async () => {
      server.fault = () => "away";
      await phone.sealDraft(await begin(), { cover: { contact_result: "refused" } });
      const before = phone.device.value!;
      phone.close();
      await new Promise((done, fail) => {
        const request = indexedDB.deleteDatabase(name);
        request.onsuccess = done;
        request.onerror = fail;
      });
      server.fault = () => null;

      phone = await open();
      await until(() => phone.health.value.emptied?.dev_seq === 1);
      await phone.signIn("lin", "right");
      await until(() => server.beats.some((beat) => beat["lost"] !== null));

      expect(server.beats.find((beat) => beat["lost"])?.["lost"]).toEqual({ device_id: before.device_id, dev_seq: 1 });
      await phone.acknowledgeLoss();
      await reopen();
      expect(phone.health.value.emptied).toBeNull();
    }));

  it("never gives a number twice when its store fell back to an earlier state of this very phone", () =>
    withMarks(async (marks) => {
      await rests(0);
      const heard = server.beats.length;
      await reopen();
      await rests(heard); // a run under way would write over the mark that is set here
      const { device_id } = phone.device.value!;
      marks.set("ruhu-mark", JSON.stringify({ device_id, dev_seq: 7 }));

      await reopen();
      await until(() => phone.health.value.emptied?.dev_seq === 7);
      await phone.sealDraft(await begin(), { cover: { contact_result: "refused" } });
      expect((await phone.store.submissions("lin"))[0]?.dev_seq).toBe(8);
      expect(JSON.parse(marks.get("ruhu-mark")!)).toEqual({ device_id, dev_seq: 8 });
    }));
});
