/** R19: whatever is said about what the service holds, nothing leaves the phone before two true proofs thirty days apart. */
import { expect, it } from "vitest";
import { createApi } from "../../src/net/api.ts";
import { drainOutbox } from "../../src/sync/drain.ts";
import { newId } from "../../src/sync/environment.ts";
import { proveKept } from "../../src/sync/proof.ts";
import { pullPackage } from "../../src/sync/pull.ts";
import { createVerifier } from "../../src/sync/verify.ts";
import { phoneStore, sealsAVisit } from "../cast.ts";
import { note, rounds } from "../report.ts";
import { json, PORTAL, raw, startServer, type TestServer } from "../server.ts";
import { numbers } from "./valley.ts";

const DAY = 86_400_000;
const verify = createVerifier();

/** Lies about a record that the service no longer has: each would be a reason to let go, were it true. */
const LIES: Record<string, (server: TestServer, yes: string) => Promise<Response> | Response> = {
  "an unsigned yes": (_server, yes) => json({ text: yes, signature: "A".repeat(86) + "==", alg: "ES256", key_id: "key-1" }),
  "signed by another key": async (_server, yes) => json({ text: yes, signature: await (await startServer()).sign(yes), alg: "ES256", key_id: "key-1" }),
  "an answer to an earlier question": async (server, yes) => {
    const text = yes.replace(/"nonce":"[^"]*"/, '"nonce":"earlier-question"');
    return json({ text, signature: await server.sign(text), alg: "ES256", key_id: "key-1" });
  },
  "a portal's page": () => raw(PORTAL, 200, "text/html"),
  "{}": () => json({}),
  "half an answer": (_server, yes) => raw(yes.slice(0, yes.length / 2)),
  "purged: true": () => json({ purged: true, verified: true, state: "VERIFIED" }),
};

it("no lie and no clock lets a payload go", async () => {
  const n = rounds(10, 500);
  const names = Object.keys(LIES);
  const store = await phoneStore();
  const server = await startServer();
  const api = createApi({ fetch: server.fetch, origin: server.origin });
  const random = numbers(19);
  let now = Date.parse("2026-11-24T00:00:00Z");
  server.now = () => new Date(now).toISOString();
  const instant = () => new Date(now).toISOString();
  await pullPackage({ store, api, account: "lin", token: "token-lin", now: instant, onServerTime: () => undefined });
  const send = async () => {
    const { device_id: deviceId } = await store.device();
    await drainOutbox({
      store, api, account: "lin", token: "token-lin", deviceId, verify, now: instant, tick: () => 0, manual: true,
      onSending: () => undefined, onChange: () => undefined, onServerTime: () => undefined,
    });
  };
  for (let turn = 0; turn < n; turn += 1) {
    const op = await sealsAVisit(store, turn + 1, [100 + Math.floor(random() * 300)]);
    await send();
    const lie = LIES[names[turn % names.length]!]!;
    const kept = server.ops.get(op.op_id)!;
    server.ops.delete(op.op_id);
    const honest = server.fetch;
    const lying = createApi({
      origin: server.origin,
      fetch: async (input, init) => {
        if (!String(input).endsWith("/sync/verify")) return honest(input, init);
        const asked = JSON.parse(String(init?.body)) as { nonce: string; ops: string[] };
        const ops = Object.fromEntries(asked.ops.map((id) => [id, [id === op.op_id ? op.digest : ""]]));
        const photos = Object.fromEntries([...server.photos].map(([sha256, bytes]) => [sha256, bytes.length]));
        return lie(server, JSON.stringify({ nonce: asked.nonce, epoch: server.epoch, at: instant(), ops, photos }));
      },
    });
    for (const days of [0, 40, 40]) {
      now += days * DAY;
      const phoneClock = now + 4000 * DAY;
      await proveKept({ store, api: lying, account: "lin", token: "token-lin", verify, newId, serverNow: () => phoneClock });
    }
    const row = (await store.submissions("lin")).find((each) => each.op_id === op.op_id);
    expect(row?.purged_at, names[turn % names.length]).toBeNull();
    expect((await store.submission(op.op_id))?.body).toBe(op.body);
    expect(await store.photoBytes(op.photos[0]!.photo_id)).not.toBeNull();
    server.ops.set(op.op_id, kept);
  }
  note("R19", n, `records that the service had lost and lied about (${names.length} kinds of lies), 80 days and a clock 4,000 days ahead; 0 let go`);
}, 1_800_000);
