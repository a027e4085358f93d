import { beforeEach, describe, expect, it } from "vitest";
import { createApi } from "../../src/net/api.ts";
import type { Store } from "../../src/store/types.ts";
import { drainOutbox, type DrainEnd } from "../../src/sync/drain.ts";
import { pullPackage } from "../../src/sync/pull.ts";
import { sha256Hex } from "../../src/domain/text.ts";
import { createVerifier } from "../../src/sync/verify.ts";
import type { SyncEnvelope } from "../../src/domain/wire.ts";
import { phoneStore, sealsAVisit } from "../cast.ts";
import { json, PORTAL, problem, raw, startServer, type Seen, type TestServer } from "../server.ts";

let server: TestServer;
let store: Store;

beforeEach(async () => {
  server = await startServer();
  store = await phoneStore();
  await pull();
});

function api() {
  return createApi({ fetch: server.fetch, origin: server.origin });
}

function pull() {
  const now = () => new Date().toISOString();
  return pullPackage({ store, api: api(), account: "lin", token: "t", now, onServerTime: () => undefined });
}

async function drain(manual = false): Promise<DrainEnd> {
  return drainOutbox({
    store,
    api: api(),
    account: "lin",
    token: "t",
    deviceId: (await store.device()).device_id,
    verify: createVerifier(),
    now: () => new Date().toISOString(),
    tick: () => performance.now(),
    manual,
    onSending: () => undefined,
    onChange: () => undefined,
    onServerTime: () => undefined,
  });
}

const states = async () => (await store.outbox("lin")).map((row) => `${row.type} ${row.state}`);
const sent = () => server.seen.filter((each) => each.path === "/api/v1/sync");
const envelope = (seen: Seen) => JSON.parse(new TextDecoder().decode(seen.bytes)) as SyncEnvelope;

describe("emptying the outbox", () => {
  it("sends the exact bytes and believes the receipt", async () => {
    const op = await sealsAVisit(store);

    const end = await drain();

    expect(end.word).toBe("done");
    expect(server.ops.get(op.op_id)?.op.body).toBe(op.body);
    expect(await states()).toEqual(["op received"]);
    expect(await store.receipt(op.op_id)).toMatchObject({ state: "stored", epoch: "epoch-1" });
    expect((await store.submission(op.op_id))?.body).toBe(op.body);
  });

  it("sends every record before any photo, in the order of sealing", async () => {
    for (const rank of [1, 2, 3]) await sealsAVisit(store, rank, [20]);

    await drain();

    const paths = server.paths().filter((path) => !path.includes("package"));
    expect(paths[0]).toBe("POST /api/v1/sync");
    expect(paths.slice(1).every((path) => path.startsWith("PUT /api/v1/photos/"))).toBe(true);
    expect(envelope(sent()[0]!).ops.map((op) => op.dev_seq)).toEqual([1, 2, 3]);
    expect(new Set(await states())).toEqual(new Set(["op received", "photo received"]));
  });

  it("does nothing and asks nothing when nothing waits", async () => {
    const before = server.seen.length;
    expect((await drain()).word).toBe("done");
    expect(server.seen.length).toBe(before);
  });

  it("sends at most 50 records at once", async () => {
    for (let rank = 1; rank <= 120; rank += 1) await sealsAVisit(store, rank);

    await drain();

    expect(sent().map((each) => envelope(each).ops.length)).toEqual([50, 50, 20]);
    expect(server.ops.size).toBe(120);
  });

  it("keeps the account's work to the account", async () => {
    await sealsAVisit(store);
    const other = await drainOutbox({
      store, api: api(), account: "ma", token: "t", deviceId: "d", verify: createVerifier(), manual: true,
      now: () => "", tick: () => 0, onSending: () => undefined, onChange: () => undefined, onServerTime: () => undefined,
    });

    expect(other.word).toBe("done");
    expect(server.ops.size).toBe(0);
  });
});

describe("a lost reply", () => {
  it("never doubles a household: the same bytes go again and the same receipt comes", async () => {
    const op = await sealsAVisit(store);
    server.fault = (seen) => (seen.path === "/api/v1/sync" ? "lose" : null);
    const first = await drain();
    expect(first).toMatchObject({ word: "later", reason: "offline" });
    expect(await states()).toEqual(["op waiting"]);

    server.fault = () => null;
    await drain();

    const [one, two] = sent();
    expect(Buffer.from(two!.bytes).equals(Buffer.from(one!.bytes))).toBe(true);
    expect(server.ops.size).toBe(1);
    expect((await store.receipt(op.op_id))?.receipt).toEqual(server.ops.get(op.op_id)?.receipt);
    expect(await states()).toEqual(["op received"]);
  });

  it("of a photo is found out by asking, and the photo is not sent again", async () => {
    await sealsAVisit(store, 1, [20]);
    server.fault = (seen) => (seen.path.startsWith("/api/v1/photos") ? "lose" : null);
    await drain();
    expect(await states()).toEqual(["op received", "photo waiting"]);

    server.fault = () => null;
    await drain();

    expect(server.paths().filter((path) => /photos\/|uploads/.test(path))).toHaveLength(1);
    expect(server.paths()).toContain("POST /api/v1/sync/have");
    expect(await states()).toEqual(["op received", "photo received"]);
  });
});

describe("replies that lie", () => {
  it.each([
    ["a portal's page", () => raw(PORTAL, 200, "text/html")],
    ["an empty object", () => json({})],
    ["cut JSON", () => raw('{"results":[{"op_id":"')],
    ["thanks without a receipt", () => json({ results: [], ok: true })],
  ])("%s leaves the record waiting and says so", async (_name, lie) => {
    await sealsAVisit(store);
    server.fault = (seen) => (seen.path === "/api/v1/sync" ? lie() : null);

    const end = await drain();

    expect(end.word).toBe("later");
    expect(end.reason).not.toBeNull();
    expect(await states()).toEqual(["op waiting"]);
    expect((await store.outbox("lin"))[0]).toMatchObject({ tries: 1, last_word: "later" });
  });

  it("a portal that takes photos has not got them", async () => {
    await sealsAVisit(store, 1, [20, 200_000]);
    server.fault = (seen) =>
      seen.path.includes("/photos/") || seen.path.includes("/uploads") ? raw(PORTAL, 200, "text/html") : null;

    await drain();

    expect((await states()).filter((state) => state === "photo waiting")).toHaveLength(2);
    expect(server.photos.size).toBe(0);
  });

  it("an offset from somebody who does not speak tus is not believed", async () => {
    await sealsAVisit(store, 1, [300_000]);
    server.fault = (seen) =>
      seen.method === "PATCH" ? new Response(null, { status: 204, headers: { "Upload-Offset": "300000" } }) : null;

    await drain();

    expect(await states()).toEqual(["op received", "photo waiting"]);
  });

  it("an unknown key asks for the package and believes nothing yet", async () => {
    await sealsAVisit(store);
    server.keyId = "key-2";

    const end = await drain();
    expect(end).toMatchObject({ word: "later", unknownKey: true });
    expect(await states()).toEqual(["op waiting"]);

    await pull();
    expect((await drain()).word).toBe("done");
  });
});

describe("what the server will not take at once", () => {
  it("a record it holds is received, shown with its reasons, and its photos still go", async () => {
    const op = await sealsAVisit(store, 1, [20]);
    server.held.add(op.op_id);

    await drain();

    expect(await states()).toEqual(["op held", "photo received"]);
    expect((await store.outbox("lin"))[0]?.problem?.errors?.[0]).toMatchObject({ pointer: "#/answers/main/q" });
  });

  it("one record that it chokes on does not block the others", async () => {
    const ops = [];
    for (let rank = 1; rank <= 9; rank += 1) ops.push(await sealsAVisit(store, rank));
    const poison = ops[4]!;
    server.fault = (seen) =>
      seen.path === "/api/v1/sync" && new TextDecoder().decode(seen.bytes).includes(poison.op_id)
        ? problem(500, "crash", "later")
        : null;

    const end = await drain();

    expect(end).toMatchObject({ word: "later", received: 8 });
    expect(server.ops.size).toBe(8);
    expect((await store.outbox("lin")).find((row) => row.op_id === poison.op_id)?.state).toBe("waiting");
  });

  it("a server that is down is left alone after a few tries", async () => {
    for (let rank = 1; rank <= 9; rank += 1) await sealsAVisit(store, rank);
    server.fault = (seen) => (seen.path === "/api/v1/sync" ? problem(500, "crash", "later") : null);

    await drain();

    expect(sent().length).toBeLessThanOrEqual(7);
  });

  it("413 makes smaller batches", async () => {
    for (let rank = 1; rank <= 8; rank += 1) await sealsAVisit(store, rank);
    server.fault = (seen) =>
      seen.path === "/api/v1/sync" && envelope(seen).ops.length > 3 ? problem(413, "too-large", "never") : null;

    expect((await drain()).word).toBe("done");

    expect(server.ops.size).toBe(8);
  });

  it("what it refuses for good waits for the button, not for the timer", async () => {
    await sealsAVisit(store);
    server.fault = (seen) => (seen.path === "/api/v1/sync" ? problem(403, "forbidden", "never") : null);
    await drain();
    expect(await states()).toEqual(["op refused"]);
    server.fault = () => null;

    await drain();
    expect(await states()).toEqual(["op refused"]);
    await drain(true);
    expect(await states()).toEqual(["op received"]);
  });

  it("a refused token keeps everything and asks to sign in", async () => {
    await sealsAVisit(store, 1, [20]);
    server.valid = false;

    expect((await drain()).word).toBe("sign-in");
    expect(await states()).toEqual(["op auth", "photo waiting"]);

    server.valid = true;
    await drain();
    expect(await states()).toEqual(["op received", "photo received"]);
  });

  it("a token refused between two photos ends the run, also where the answer has no words", async () => {
    await sealsAVisit(store, 1, [300_000]);
    server.fault = (seen) => (seen.method === "PATCH" ? "away" : null);
    await drain();
    const silent = () => new Response(null, { status: 401, headers: { "Tus-Resumable": "1.0.0" } });

    server.fault = (seen) => (seen.method === "HEAD" ? silent() : null);
    expect((await drain()).word).toBe("sign-in");

    server.fault = () => null;
    server.valid = false;
    expect((await drain()).word).toBe("sign-in");
  });

  it("Retry-After is told to the schedule", async () => {
    await sealsAVisit(store);
    server.fault = () => problem(503, "busy", "later", { "Retry-After": "30" });

    expect(await drain()).toMatchObject({ word: "later", retryAfterMs: 30_000 });
  });

  it("a record whose bytes changed on the disk is never sent", async () => {
    const op = await sealsAVisit(store);
    const plain = store.submission;
    store.submission = async (opId) => {
      const kept = await plain(opId);
      return kept && { ...kept, body: kept.body.replace("completed", "complEted") };
    };

    await drain();

    expect(server.ops.has(op.op_id)).toBe(false);
    expect((await store.outbox("lin"))[0]).toMatchObject({ state: "refused", last_reason: "storage" });
  });
});

describe("photos", () => {
  it("up to 64 KiB go in one request, larger ones by tus", async () => {
    await sealsAVisit(store, 1, [65_536, 65_537]);

    await drain();

    expect(server.paths().filter((path) => path.startsWith("PUT"))).toHaveLength(1);
    expect(server.paths().filter((path) => path.startsWith("POST /api/v1/uploads"))).toHaveLength(1);
    expect(server.photos.size).toBe(2);
    expect(await states()).toEqual(["op received", "photo received", "photo received"]);
  });

  it("a failed PUT goes on by tus", async () => {
    await sealsAVisit(store, 1, [30]);
    server.fault = (seen) => (seen.method === "PUT" ? "away" : null);
    await drain();
    expect(await states()).toEqual(["op received", "photo waiting"]);

    await drain();

    expect(await states()).toEqual(["op received", "photo received"]);
  });

  const refusal = { title: "照片已收存,但打不开", title_en: "Kept but cannot be opened", status: 422, retry: "never" };
  const refused = () => new Response(JSON.stringify(refusal), { status: 422, headers: { "Content-Type": "application/problem+json" } });

  it("what the service keeps and cannot open is there, need not go again, and its line says why", async () => {
    await sealsAVisit(store, 1, [30]);
    server.fault = (seen) => {
      if (seen.method !== "PUT") return null;
      server.photos.set(seen.path.split("/").pop()!, seen.bytes);
      return refused();
    };

    expect((await drain()).word).toBe("done");

    expect(await states()).toEqual(["op received", "photo received"]);
    expect((await store.outbox("lin"))[1]?.problem).toMatchObject({ title: refusal.title });
  });

  it("what is refused and not kept stays on the phone, whatever the words were", async () => {
    await sealsAVisit(store, 1, [30]);
    server.fault = (seen) => (seen.method === "PUT" ? refused() : null);

    await drain();

    expect(await states()).toEqual(["op received", "photo refused"]);
  });

  it("an upload that broke goes on where it stopped", async () => {
    await sealsAVisit(store, 1, [700_000]);
    let chunks = 0;
    server.fault = (seen) => (seen.method === "PATCH" && (chunks += 1) === 2 ? "away" : null);
    await drain();
    expect(await states()).toEqual(["op received", "photo waiting"]);
    const before = server.seen.length;

    await drain();

    const after = server.seen.slice(before);
    expect(after.map((each) => each.method)).toContain("HEAD");
    const bytes = after.filter((each) => each.method === "PATCH").reduce((sum, each) => sum + each.bytes.length, 0);
    expect(bytes).toBe(700_000 - 262_144);
    expect([...server.photos.values()][0]!.length).toBe(700_000);
    expect(await states()).toEqual(["op received", "photo received"]);
  });

  it("a chunk whose answer was lost is not stored twice", async () => {
    await sealsAVisit(store, 1, [400_000]);
    let chunks = 0;
    server.fault = (seen) => (seen.method === "PATCH" && (chunks += 1) === 1 ? "lose" : null);

    await drain();
    await drain();

    expect([...server.photos.values()][0]!.length).toBe(400_000);
    expect(await states()).toEqual(["op received", "photo received"]);
  });

  it("a wrong offset is answered by asking for the right one", async () => {
    await sealsAVisit(store, 1, [300_000]);
    let chunks = 0;
    server.fault = (seen) => {
      if (seen.method !== "PATCH" || (chunks += 1) > 1) return null;
      const [id] = [...server.parts.keys()];
      server.parts.set(id!, new Uint8Array());
      return new Response(null, { status: 409, headers: { "Tus-Resumable": "1.0.0" } });
    };

    await drain();

    expect(await states()).toEqual(["op received", "photo received"]);
  });

  it.each([[404], [410]])("an upload that the server forgot (%i) begins anew", async (status) => {
    await sealsAVisit(store, 1, [300_000]);
    let chunks = 0;
    server.fault = (seen) =>
      seen.method === "PATCH" && (chunks += 1) === 1
        ? new Response(null, { status, headers: { "Tus-Resumable": "1.0.0" } })
        : null;

    await drain();

    expect(server.paths().filter((path) => path === "POST /api/v1/uploads")).toHaveLength(2);
    expect(await states()).toEqual(["op received", "photo received"]);
  });

  it("wait for their record", async () => {
    await sealsAVisit(store, 1, [20]);
    server.fault = (seen) => (seen.path === "/api/v1/sync" ? raw(PORTAL, 200, "text/html") : null);

    await drain();

    expect(server.paths().some((path) => path.includes("/photos/"))).toBe(false);
  });

  it("one photo that cannot go does not stop the next", async () => {
    const op = await sealsAVisit(store, 1, [20, 30]);
    const [bad] = op.photos;
    server.fault = (seen) => (seen.path.includes(bad!.sha256) ? problem(422, "refused", "never") : null);

    await drain();

    expect((await states()).sort()).toEqual(["op received", "photo received", "photo refused"]);
  });

  it("an address on another origin is never followed with our token", async () => {
    await sealsAVisit(store, 1, [300_000]);
    server.fault = (seen) =>
      seen.path === "/api/v1/uploads"
        ? new Response(null, { status: 201, headers: { "Tus-Resumable": "1.0.0", Location: "https://elsewhere.test/steal" } })
        : null;

    await drain();

    expect(new Set(server.seen.map((each) => each.origin))).toEqual(new Set([server.origin]));
    expect(await states()).toEqual(["op received", "photo waiting"]);
  });
});

describe("the package", () => {
  it("is kept only when it is whole and ours", async () => {
    server.pack = { account: { account: "ma", role: "inspector", scope: "640104", name: "马" } };
    expect(await pull()).toMatchObject({ ok: false });
    server.fault = () => raw(PORTAL, 200, "text/html");
    expect(await pull()).toMatchObject({ ok: false, reason: "not-our-server" });
    server.fault = () => json({ epoch: "x" });
    expect(await pull()).toMatchObject({ ok: false, reason: "not-our-server" });

    expect((await store.package("lin"))?.package.account.account).toBe("lin");
  });

  it("brings forms, kept by digest", async () => {
    const sha256 = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    server.forms.set("/forms/q1.json", "{}");
    server.pack = {
      forms: [
        { form_id: "q1", version: "1", sha256, url: "/api/v1/forms/q1.json" },
        { form_id: "q2", version: "1", sha256: "1".repeat(64), url: "/api/v1/forms/q1.json" },
      ],
    };

    expect(await pull()).toMatchObject({ ok: false, reason: "storage" });

    expect(await store.hasForm(sha256)).toBe(true);
    expect(await store.hasForm("1".repeat(64))).toBe(false);
  });

  it("lets an old form go when it was kept whole twice, not when a form of it did not come", async () => {
    const [old, next] = ["{}", "[]"].map((text) => ({ form_id: "q1", version: text, sha256: sha256Hex(text), url: "/api/v1/forms/q1.json" }));
    server.forms.set("/forms/q1.json", "{}");
    server.pack = { forms: [old!] };
    await pull();
    server.pack = { forms: [next!] };
    for (let i = 0; i < 3; i += 1) expect(await pull()).toMatchObject({ ok: false });
    expect(await store.hasForm(old!.sha256)).toBe(true);

    server.forms.set("/forms/q1.json", "[]");
    expect(await pull()).toMatchObject({ ok: true });

    expect([await store.hasForm(old!.sha256), await store.hasForm(next!.sha256)]).toEqual([false, true]);
  });

  it("tells that a held record was released", async () => {
    const op = await sealsAVisit(store);
    server.held.add(op.op_id);
    await drain();
    expect(await states()).toEqual(["op held"]);
    const sample = { sample_id: op.sample_id!, rank: 1, stratum: "poor", round: "2017-1", county: "640104", state: "completed", form_id: "q1_poor", household: { unit: "u" } } as const;
    const event = { op_id: op.op_id, started_at: "2026-11-24T01:00:00Z", contact_result: "completed" };

    server.pack = { samples: [{ ...sample, events: [{ ...event, state: "quarantined" }] }] };
    await pull();
    expect(await states()).toEqual(["op held"]);

    server.pack = { samples: [{ ...sample, events: [{ ...event, state: "stored" }] }] };
    await pull();
    expect(await states()).toEqual(["op received"]);
  });

  it("asks by digest: other bytes under an id do not pass for a record that was lost", async () => {
    const lost = await sealsAVisit(store, 1);
    await drain();
    const kept = server.ops.get(lost.op_id)!;
    server.ops.set(lost.op_id, { ...kept, op: { ...kept.op, digest: "0".repeat(64) } });
    server.epoch = "epoch-2";

    await pull();

    expect((await store.outbox("lin")).map((row) => row.state)).toEqual(["waiting"]);
  });

  it("killed while it asks what a restored server lost, asks again at the next start", async () => {
    const lost = await sealsAVisit(store, 1);
    await drain();
    server.ops.delete(lost.op_id);
    server.epoch = "epoch-2";
    const update = store.updateOutbox;
    store.updateOutbox = () => Promise.reject(new Error("killed"));
    await expect(pull()).rejects.toThrow("killed");
    store.updateOutbox = update;

    await pull();

    expect((await store.outbox("lin")).map((row) => row.state)).toEqual(["waiting"]);
  });

  it("a photo that no record announces brings its record back to waiting, whatever was said before", async () => {
    const op = await sealsAVisit(store, 1, [20]);
    server.fault = (seen) => (seen.path.includes("/photos/") ? "away" : null);
    await drain();
    server.ops.delete(op.op_id);
    server.fault = () => null;

    await drain();
    await drain();
    await drain();

    expect(server.ops.has(op.op_id)).toBe(true);
    expect(server.photos.size).toBe(1);
  });

  it("of a restored server brings back to waiting what it lost", async () => {
    const kept = await sealsAVisit(store, 1, [20]);
    const lost = await sealsAVisit(store, 2, [30]);
    await drain();
    server.ops.delete(lost.op_id);
    server.photos.delete(lost.photos[0]!.sha256);
    server.epoch = "epoch-2";

    await pull();

    const waiting = (await store.outbox("lin")).filter((row) => row.state === "waiting").map((row) => row.op_id);
    expect(new Set(waiting)).toEqual(new Set([lost.op_id]));
    expect(waiting).toHaveLength(2);
    await drain();
    expect(server.ops.size).toBe(2);
    expect(kept.op_id).not.toBe(lost.op_id);
  });
});
