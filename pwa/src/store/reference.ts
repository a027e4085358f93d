/** What came from the server (session, package) and this phone's own identity. */
import { utf8 } from "../domain/text.ts";
import type { Package } from "../domain/wire.ts";
import { PACKAGES_NAMED } from "./forms.ts";
import { places } from "./places.ts";
import { openBytes, openJson, ringFor, sealJson, stillOpen, type Db } from "./sealed.ts";
import type { Device, Loss, SessionRow, StoredPackage } from "./types.ts";

/** This phone's identity, made once. */
export async function readDevice(db: Db, make: () => Device): Promise<Device> {
  const known = await db.read(["meta"], (tx) => tx.objectStore("meta").get("device"));
  if (known) return known as Device;
  return db.write(["meta"], async (tx) => {
    const meta = tx.objectStore("meta");
    const raced = (await meta.get("device")) as Device | undefined;
    const device = raced ?? make();
    await meta.put(device, "device");
    return device;
  });
}

export async function readOffset(db: Db): Promise<number | null> {
  const text = await db.read(["meta"], (tx) => tx.objectStore("meta").get("offset_ms"));
  return typeof text === "string" ? Number(text) : null;
}

export async function saveOffset(db: Db, offsetMs: number): Promise<void> {
  await db.write(["meta"], (tx) => tx.objectStore("meta").put(String(Math.round(offsetMs)), "offset_ms"));
}

/** Write something, read it back over another transaction, compare. */
export async function probe(db: Db, token: string): Promise<boolean> {
  await db.write(["meta"], (tx) => tx.objectStore("meta").put(token, "probe"));
  return (await db.read(["meta"], (tx) => tx.objectStore("meta").get("probe"))) === token;
}

export async function readLoss(db: Db): Promise<Loss | null> {
  const text = await db.read(["meta"], (tx) => tx.objectStore("meta").get("loss"));
  return typeof text === "string" ? (JSON.parse(text) as Loss) : null;
}

/**
 * A loss that is known already is not overwritten until the service has heard of it.
 *
 * A store that fell back to an earlier state of this very phone goes on counting where the phone had stopped: a number
 * given twice would hide the lost record behind the next one.
 */
export async function noteLoss(db: Db, loss: Loss | null): Promise<void> {
  if (!loss) return;
  await db.write(["meta"], async (tx) => {
    const device = (await tx.objectStore("meta").get("device")) as Device | undefined;
    if (device?.device_id === loss.device_id && device.dev_seq < loss.dev_seq) {
      await tx.objectStore("meta").put({ ...device, dev_seq: loss.dev_seq }, "device");
    }
    const before = await tx.objectStore("meta").get("loss");
    if (typeof before === "string" && !(JSON.parse(before) as Loss).told) return;
    await tx.objectStore("meta").put(JSON.stringify(loss), "loss");
  });
}

export async function changeLoss(db: Db, change: Partial<Loss>): Promise<void> {
  await db.write(["meta"], async (tx) => {
    const before = await tx.objectStore("meta").get("loss");
    if (typeof before === "string") await tx.objectStore("meta").put(JSON.stringify({ ...JSON.parse(before), ...change }), "loss");
  });
}

type SessionSecrets = Omit<SessionRow, "account" | "expires_at" | "valid">;

export async function saveSession(db: Db, session: SessionRow): Promise<void> {
  const { account, expires_at, valid, ...secrets } = session;
  const ring = await ringFor(db, account);
  const sealed = await sealJson(ring, secrets, places.session);
  await db.write(["meta", "session", "vault"], async (tx) => {
    await stillOpen(tx, ring);
    await tx.objectStore("session").put({ account, expires_at, valid, sealed });
    await tx.objectStore("meta").put(account, "current");
  });
}

export async function readSession(db: Db): Promise<SessionRow | null> {
  const record = await db.read(["meta", "session"], async (tx) => {
    const account = await tx.objectStore("meta").get("current");
    return typeof account === "string" ? tx.objectStore("session").get(account) : undefined;
  });
  if (!record) return null;
  const secrets = await openJson<SessionSecrets>(db, record.account, record.sealed, places.session);
  // A token that cannot be read is no token; who was signed in is still known, and signs in again.
  if (!secrets) return { account: record.account, expires_at: record.expires_at, valid: false, token: "", role: "", scope: "", name: "" };
  return { ...secrets, account: record.account, expires_at: record.expires_at, valid: record.valid };
}

/** Account of who is signed in, also while the vault is shut. */
export async function currentAccount(db: Db): Promise<string | null> {
  const account = await db.read(["meta"], (tx) => tx.objectStore("meta").get("current"));
  return typeof account === "string" ? account : null;
}

/** Keep who it was, note that the token is refused. */
export async function expireSession(db: Db, account: string): Promise<void> {
  await db.write(["session"], async (tx) => {
    const record = await tx.objectStore("session").get(account);
    if (record) await tx.objectStore("session").put({ ...record, valid: false });
  });
}

export async function endSession(db: Db): Promise<void> {
  await db.write(["meta", "session"], async (tx) => {
    const account = await tx.objectStore("meta").get("current");
    if (typeof account === "string") await tx.objectStore("session").delete(account);
    await tx.objectStore("meta").put(null, "current");
  });
}

/** Keep a package's text; keys that signed earlier receipts stay known. */
export async function savePackage(
  db: Db,
  account: string,
  text: string,
  fetchedAt: string,
): Promise<StoredPackage> {
  const pack = JSON.parse(text) as Package;
  const ring = await ringFor(db, account);
  const sealed = await ring.seal(utf8(text), places.package);
  const keys = await db.write(["package", "vault"], async (tx) => {
    await stillOpen(tx, ring);
    const before = await tx.objectStore("package").get(account);
    const older = (before?.keys ?? []).filter((key) => key.key_id !== pack.receipt_key.key_id);
    const all = [pack.receipt_key, ...older];
    const forms = [(pack.forms ?? []).map((each) => each.sha256), ...(before?.forms ?? [])].slice(0, PACKAGES_NAMED);
    await tx.objectStore("package").put({ account, fetched_at: fetchedAt, keys: all, forms, sealed });
    return all;
  });
  return { account, fetched_at: fetchedAt, package: pack, keys };
}

export async function readPackage(db: Db, account: string): Promise<StoredPackage | null> {
  const record = await db.read(["package"], (tx) => tx.objectStore("package").get(account));
  if (!record) return null;
  const bytes = await openBytes(db, account, record.sealed, places.package);
  if (!bytes) return null;
  const pack = JSON.parse(new TextDecoder().decode(bytes)) as Package;
  return { account, fetched_at: record.fetched_at, package: pack, keys: record.keys };
}
