/**
 * What a published release wrote on a phone, opened by today's store: byte for byte, under the keys of that day.
 *
 * A recording is never made anew once its release is out; a new store version gets a recording of its own
 * (RUHU_RECORD=release-2 npm test -- test/store/recordings.test.ts).
 */
import { openDB } from "idb";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { sha256Hex } from "../../src/domain/text.ts";
import { openStore } from "../../src/store/open.ts";
import { newId } from "../../src/sync/environment.ts";
import { CHEAP, MORNING, phoneStore, picture, sealed, visit } from "../cast.ts";

interface Recording {
  version: number;
  stores: { name: string; keyPath: string | string[] | null; indexes: { name: string; keyPath: string }[]; rows: [unknown, unknown][] }[];
  /** What was promised, in the clear: invented people. */
  promised: { op_id: string; body: string; draft: unknown; photo_id: string; photo: string; name: string; package: string };
}

const FOLDER = new URL("./recordings/", import.meta.url);
const PIN = "tulip-71";
const now = () => MORNING;
const RECORD = process.env["RUHU_RECORD"];

/** A value as JSON: bytes and keys in base64. */
async function written(value: unknown): Promise<unknown> {
  if (value instanceof ArrayBuffer) return { "~bytes": Buffer.from(value).toString("base64") };
  if (value instanceof CryptoKey) return { "~key": Buffer.from(await crypto.subtle.exportKey("raw", value)).toString("base64") };
  if (Array.isArray(value)) return Promise.all(value.map(written));
  if (!value || typeof value !== "object") return value;
  return Object.fromEntries(await Promise.all(Object.entries(value).map(async ([key, each]) => [key, await written(each)])));
}

async function read(value: unknown): Promise<unknown> {
  if (Array.isArray(value)) return Promise.all(value.map(read));
  if (!value || typeof value !== "object") return value;
  const { "~bytes": bytes, "~key": key } = value as Record<string, string>;
  if (bytes !== undefined) return new Uint8Array(Buffer.from(bytes, "base64")).buffer;
  if (key !== undefined) {
    const raw = new Uint8Array(Buffer.from(key, "base64"));
    return crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256", length: 256 }, false, ["sign"]);
  }
  return Object.fromEntries(await Promise.all(Object.entries(value).map(async ([name, each]) => [name, await read(each)])));
}

async function record(name: string): Promise<void> {
  const generate = crypto.subtle.generateKey.bind(crypto.subtle);
  crypto.subtle.generateKey = ((how: HmacKeyGenParams, _: boolean, uses: KeyUsage[]) => generate(how, true, uses)) as typeof generate;
  const store = await phoneStore(`recorded-${name}`);
  const told = { epoch: "e-1", receipt_key: { alg: "ES256", key_id: "k", spki: "s" }, samples: [{ household: { head_name: "马秀兰" } }] };
  await store.saveSession({ account: "lin", role: "inspector", scope: "640104", name: "林督查", token: "t-1", expires_at: "", valid: true });
  await store.savePackage("lin", JSON.stringify(told), now());
  const photo = picture(12_000);
  const begun = await store.saveDraft(visit(1, { cover: { note: "西屋漏雨" } }));
  const ref = await store.savePhoto(begun, "/cover/door", photo, "image/jpeg");
  const op = sealed(await store.saveDraft({ ...begun, photos: [ref], answers: { cover: { door: ref.photo_id, note: "西屋漏雨" } } }));
  await store.commitSubmission(op);
  const draft = await store.saveDraft(visit(2, { cover: { note: "没填完" } }));
  await store.vaults.setPin("lin", PIN);
  store.close();
  const db = await openDB(store.name);
  const stores: Recording["stores"] = [];
  for (const each of db.objectStoreNames) {
    const { keyPath, indexNames } = db.transaction(each).store;
    const indexes = [...indexNames].map((one) => ({ name: one, keyPath: db.transaction(each).store.index(one).keyPath as string }));
    const [keys, values] = [await db.getAllKeys(each), await db.getAll(each)];
    const rows = await Promise.all(keys.map(async (key, i): Promise<[unknown, unknown]> => [key, await written(values[i])]));
    stores.push({ name: each, keyPath, indexes, rows });
  }
  const promised = {
    op_id: op.op_id, body: op.body, draft: draft.answers, photo_id: ref.photo_id, photo: sha256Hex(new Uint8Array(photo)),
    name: "林督查", package: JSON.stringify(told),
  };
  writeFileSync(new URL(`${name}.json`, FOLDER), JSON.stringify({ version: db.version, stores, promised }) + "\n");
  db.close();
}

/** The database as the phone had it when the release was new. */
async function restored(name: string, { version, stores }: Recording): Promise<void> {
  const db = await openDB(name, version, {
    upgrade(raw) {
      for (const { name: each, keyPath, indexes } of stores) {
        const made = raw.createObjectStore(each, keyPath === null ? undefined : { keyPath });
        for (const index of indexes) made.createIndex(index.name, index.keyPath);
      }
    },
  });
  for (const { name: each, keyPath, rows } of stores) {
    for (const [key, value] of rows) await db.put(each, await read(value), keyPath === null ? (key as IDBValidKey) : undefined);
  }
  db.close();
}

if (RECORD) await record(RECORD);
const releases = readdirSync(FOLDER).filter((each) => each.endsWith(".json"));

describe.each(releases)("the store of %s", (file) => {
  const recording = JSON.parse(readFileSync(new URL(file, FOLDER), "utf8")) as Recording;

  it("opens with its PIN, and all that was saved is there", async () => {
    const name = `opened-${file}`;
    await restored(name, recording);
    const { promised } = recording;
    const store = await openStore({ name, newId, now, pinCost: CHEAP });
    expect(await store.vaults.state("lin")).toMatchObject({ kind: "pin", isOpen: false });
    expect(await store.unsent("lin")).toEqual({ records: 1, photos: 1 });

    expect(await store.vaults.unlock("lin", "tulip-72")).toBe("wrong");
    expect(await store.vaults.unlock("lin", PIN)).toBe("open");

    expect((await store.session())?.name).toBe(promised.name);
    expect((await store.package("lin"))?.package).toEqual(JSON.parse(promised.package));
    expect((await store.submission(promised.op_id))?.body).toBe(promised.body);
    expect(sha256Hex(new Uint8Array((await store.photoBytes(promised.photo_id))!))).toBe(promised.photo);
    expect((await store.drafts("lin"))[0]?.answers).toEqual(promised.draft);
    expect((await store.outbox("lin")).map((row) => row.state)).toEqual(["waiting", "waiting"]);
    expect(store.damage()).toEqual([]);
  });

  it("goes on: another visit gets the next number", async () => {
    const name = `on-${file}`;
    await restored(name, recording);
    const store = await openStore({ name, newId, now, pinCost: CHEAP });
    await store.vaults.unlock("lin", PIN);
    const draft = await store.saveDraft(visit(3));
    expect((await store.commitSubmission(sealed(draft))).dev_seq).toBe(2);
  });
});

it("there is a recording to open", () => expect(releases.length).toBeGreaterThan(0));
