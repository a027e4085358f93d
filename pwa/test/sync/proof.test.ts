import { beforeEach, describe, expect, it } from "vitest";
import { createApi } from "../../src/net/api.ts";
import { drainOutbox } from "../../src/sync/drain.ts";
import { newId } from "../../src/sync/environment.ts";
import { proveKept } from "../../src/sync/proof.ts";
import { pullPackage } from "../../src/sync/pull.ts";
import { createVerifier } from "../../src/sync/verify.ts";
import type { Store } from "../../src/store/types.ts";
import { phoneStore, sealsAVisit } from "../cast.ts";
import { json, PORTAL, raw, startServer, type Seen, type TestServer } from "../server.ts";

const DAY = 86_400_000;
let server: TestServer;
let store: Store;
let today = Date.parse("2026-11-24T00:00:00Z");

const api = () => createApi({ fetch: server.fetch, origin: server.origin });

async function sends(): Promise<void> {
  await drainOutbox({
    store, api: api(), account: "lin", token: "token-lin", deviceId: "d", verify: createVerifier(), now: () => new Date().toISOString(),
    tick: () => 0, manual: true, onSending: () => undefined, onChange: () => undefined, onServerTime: () => undefined,
  });
}

const proves = (serverNow = today) =>
  proveKept({ store, api: api(), account: "lin", token: "token-lin", verify: createVerifier(), newId, serverNow: () => serverNow });

/** Exactly what the service would say, were it the service. */
function yes(of: TestServer, seen: Seen): string {
  const asked = JSON.parse(new TextDecoder().decode(seen.bytes)) as { nonce: string };
  const ops = Object.fromEntries([...of.ops.values()].map(({ op }) => [op.op_id, [op.digest]]));
  const photos = Object.fromEntries([...of.photos].map(([sha256, bytes]) => [sha256, bytes.length]));
  return JSON.stringify({ nonce: asked.nonce, epoch: of.epoch, at: of.now(), ops, photos });
}

beforeEach(async () => {
  server = await startServer();
  store = await phoneStore();
  today = Date.parse("2026-11-24T00:00:00Z");
  server.now = () => new Date(today).toISOString();
  await pullPackage({ store, api: api(), account: "lin", token: "token-lin", now: () => server.now(), onServerTime: () => undefined });
});

describe("letting go", () => {
  it("happens after two proofs thirty days apart, and leaves row and receipt", async () => {
    const op = await sealsAVisit(store, 1, [500, 400]);
    await sends();
    expect(await proves()).toEqual({ proven: 1, lost: 0, purged: 0 });
    today += 29 * DAY;
    expect(await proves(today + 40 * DAY)).toEqual({ proven: 1, lost: 0, purged: 0 });
    expect((await store.submission(op.op_id))?.body).toBe(op.body);

    today += DAY;
    expect(await proves()).toEqual({ proven: 1, lost: 0, purged: 1 });

    expect(await store.submission(op.op_id)).toBeNull();
    expect(await store.photoBytes(op.photos[0]!.photo_id)).toBeNull();
    expect((await store.submissions("lin"))[0]).toMatchObject({ op_id: op.op_id, sample_id: op.sample_id });
    expect(await store.receipt(op.op_id)).not.toBeNull();
    expect(await proves(today + 99 * DAY)).toEqual({ proven: 0, lost: 0, purged: 0 });
  });

  it("is never asked for while a photo is only here", async () => {
    await sealsAVisit(store, 1, [500]);
    server.fault = (seen) => (seen.path.includes("/photos/") || seen.path.includes("/uploads") ? "away" : null);
    await sends();

    expect(await proves(today + 400 * DAY)).toEqual({ proven: 0, lost: 0, purged: 0 });
    expect(server.paths()).not.toContain("POST /api/v1/sync/verify");
  });

  it.each<[string, (server: TestServer) => void]>([
    ["a portal's page", (s) => (s.fault = (seen) => (seen.path.endsWith("/verify") ? raw(PORTAL, 200, "text/html") : null))],
    ["{}", (s) => (s.fault = (seen) => (seen.path.endsWith("/verify") ? json({}) : null))],
    ["an unsigned yes", (s) => (s.fault = (seen) => (seen.path.endsWith("/verify") ? json({ text: yes(s, seen), signature: "A".repeat(86) + "==", alg: "ES256", key_id: "key-1" }) : null))],
    ["an answer to another question", (s) => (s.lie = (proof) => ({ ...proof, nonce: "other" }))],
    ["a day that is none", (s) => (s.lie = (proof) => ({ ...proof, at: "soon" }))],
    ["another record's digest", (s) => (s.lie = (proof) => ({ ...proof, ops: Object.fromEntries(Object.keys(proof.ops).map((id) => [id, ["0".repeat(64)]])) }))],
    ["no photo", (s) => (s.lie = (proof) => ({ ...proof, photos: {} }))],
    ["a photo of another length", (s) => (s.lie = (proof) => ({ ...proof, photos: Object.fromEntries(Object.keys(proof.photos).map((id) => [id, 1])) }))],
  ])("%s is no proof: nothing goes, whatever the clocks say", async (_name, lies) => {
    const op = await sealsAVisit(store, 1, [500]);
    await sends();
    lies(server);
    for (let i = 0; i < 4; i += 1) {
      today += 40 * DAY;
      await proves(today);
      await sends();
    }

    expect((await store.submission(op.op_id))?.body).toBe(op.body);
    expect(await store.photoBytes(op.photos[0]!.photo_id)).not.toBeNull();
  });

  it("what the server has lost since is sent again", async () => {
    const op = await sealsAVisit(store, 1, [500]);
    await sends();
    await proves();
    const [sha256] = [...server.photos.keys()];
    server.photos.set(sha256!, new Uint8Array([1]));
    today += 31 * DAY;

    expect(await proves()).toMatchObject({ lost: 1, purged: 0 });
    server.photos.delete(sha256!);
    await sends();

    expect(server.photos.get(sha256!)).toBeDefined();
    expect((await store.submission(op.op_id))?.body).toBe(op.body);
  });
});
