/**
 * The export and the box, opened by the other side of the agreement; and the golden file that Python opens too.
 *
 * RUHU_WRITE_CASES=1 writes tests/contracts/cases/sealed_export.json anew (its keys and nonces are random each time).
 */
import { readFileSync, writeFileSync } from "node:fs";
import { createDecipheriv, createECDH, createHash, createPublicKey, hkdfSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { exportSealed } from "../../src/sync/export.ts";
import { sealBox, type BoxKey } from "../../src/store/vault/box.ts";
import { recoveryPurpose } from "../../src/store/vault/vault.ts";
import { newId } from "../../src/sync/environment.ts";
import { phoneStore, picture, sealsAVisit } from "../cast.ts";

const file = new URL("../../../tests/contracts/cases/sealed_export.json", import.meta.url);

/** The service's box key for the secret "a secret for tests only", as app/kernel/keys.py derives it. */
interface Golden {
  key: BoxKey;
  scalar: string;
  box: { purpose: string; plain: string; box: Awaited<ReturnType<typeof sealBox>> };
  export: string;
  records: number;
  photos: string[];
}

const golden = JSON.parse(readFileSync(file, "utf8")) as Golden;

function cipherKey(epk: Buffer, purpose: string): Buffer {
  const own = createECDH("prime256v1");
  own.setPrivateKey(Buffer.from(golden.scalar, "hex"));
  const shared = own.computeSecret(epk);
  return Buffer.from(hkdfSync("sha256", shared, epk, Buffer.from(`ruhu/box/1|${purpose}`), 32));
}

function decrypt(key: Buffer, iv: Buffer, sealed: Buffer, aad: string): Buffer {
  const decipher = createDecipheriv("aes-256-gcm", key, iv);
  decipher.setAAD(Buffer.from(aad));
  decipher.setAuthTag(sealed.subarray(sealed.length - 16));
  return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
}

describe("a box", () => {
  it("opens for the service and its purpose, and for nothing else", async () => {
    expect(createPublicKey({ key: Buffer.from(golden.key.spki, "base64"), format: "der", type: "spki" }).asymmetricKeyType).toBe("ec");
    const purpose = recoveryPurpose("lin", "4b0d7ad5-5d2c-4b0e-9d6e-2f2f0f5f6a11");
    const box = await sealBox(golden.key, purpose, new Uint8Array([1, 2, 3]));
    const [epk, iv, ct] = [box.epk, box.iv, box.ct].map((each) => Buffer.from(each, "base64")) as [Buffer, Buffer, Buffer];

    expect([...decrypt(cipherKey(epk, purpose), iv, ct, purpose)]).toEqual([1, 2, 3]);
    const other = recoveryPurpose("ma", "4b0d7ad5-5d2c-4b0e-9d6e-2f2f0f5f6a11");
    expect(() => decrypt(cipherKey(epk, other), iv, ct, other)).toThrow();
  });
});

describe("a sealed export", () => {
  it("carries exactly what would have been sent, and tells nothing to who cannot open it", async () => {
    const store = await phoneStore();
    const photo = 1_200_000;
    const op = await sealsAVisit(store, 1, [photo, 500]);
    await sealsAVisit(store, 2);
    await store.updateOutbox([{ id: `op:${(await store.submissions("lin"))[0]!.op_id}`, change: { state: "received" } }]);
    const parts = { store, account: "lin", key: golden.key, newId, now: () => "2026-11-24T06:00:00.000Z" };

    const made = await exportSealed({ ...parts, which: "waiting" });
    const all = await exportSealed({ ...parts, which: "all" });

    expect(made).toMatchObject({ records: 1, photos: 2, unreadable: 0 });
    expect(all).toMatchObject({ records: 2, photos: 2 });
    expect(made.name).toMatch(/^ruhu-202611240600-[0-9a-f]{8}\.ruhu$/);
    const bytes = Buffer.from(await made.blob.arrayBuffer());
    expect(bytes.includes("640104")).toBe(false);
    const { head, frames } = opened(bytes);
    expect(head.account).toBe("lin");
    const record = JSON.parse(frames[0]!.subarray(1).toString()) as { op_id: string; body: string; digest: string };
    expect(record).toMatchObject({ op_id: op.op_id, body: op.body, digest: op.digest, dev_seq: 1 });
    expect(frames.map((frame) => frame[0])).toEqual([1, 2, 2, 2, 9]);
    expect(JSON.parse(frames[4]!.subarray(1).toString())).toEqual({ records: 1, photos: 2 });
    const joined = frames.slice(1, 4).map(part);
    for (const ref of op.photos) {
      const whole = Buffer.concat(joined.filter((each) => each.about.sha256 === ref.sha256).map((each) => each.data));
      expect(createHash("sha256").update(whole).digest("hex")).toBe(ref.sha256);
    }
    if (process.env["RUHU_WRITE_CASES"]) await writeGolden();
  });

  it("the golden file still opens", () => {
    const { frames } = opened(Buffer.from(golden.export, "base64"));
    expect(frames.filter((frame) => frame[0] === 1)).toHaveLength(golden.records);
  });
});

function opened(bytes: Buffer): { head: { account: string }; frames: Buffer[] } {
  const end = bytes.indexOf(10) + 1;
  const line = bytes.subarray(0, end);
  const head = JSON.parse(line.toString()) as { account: string; device_id: string; export_id: string; epk: string };
  const key = cipherKey(Buffer.from(head.epk, "base64"), `export|${head.account}|${head.device_id}|${head.export_id}`);
  const bound = createHash("sha256").update(line).digest("hex");
  const frames: Buffer[] = [];
  for (let at = end; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const sealed = bytes.subarray(at + 4, at + 4 + length);
    at += 4 + length;
    const iv = Buffer.alloc(12);
    iv.writeUInt32BE(frames.length, 8);
    frames.push(decrypt(key, iv, sealed, `${bound}|${frames.length}|${at === bytes.length ? "last" : "more"}`));
  }
  return { head, frames };
}

function part(frame: Buffer): { about: { sha256: string }; data: Buffer } {
  const length = frame.readUInt32BE(1);
  return { about: JSON.parse(frame.subarray(5, 5 + length).toString()), data: frame.subarray(5 + length) };
}

async function writeGolden(): Promise<void> {
  const store = await phoneStore();
  const op = await sealsAVisit(store, 1, [3000, 40]);
  await sealsAVisit(store, 2);
  const made = await exportSealed({ store, account: "lin", key: golden.key, newId, now: () => "2026-11-24T06:00:00.000Z", which: "all" });
  const purpose = recoveryPurpose("lin", "4b0d7ad5-5d2c-4b0e-9d6e-2f2f0f5f6a11");
  const plain = Buffer.from(picture(36));
  const next: Golden = {
    key: golden.key,
    scalar: golden.scalar,
    box: { purpose, plain: plain.toString("base64"), box: await sealBox(golden.key, purpose, new Uint8Array(plain)) },
    export: Buffer.from(await made.blob.arrayBuffer()).toString("base64"),
    records: made.records,
    photos: op.photos.map((each) => each.sha256),
  };
  writeFileSync(file, JSON.stringify(next, null, 1) + "\n");
}
