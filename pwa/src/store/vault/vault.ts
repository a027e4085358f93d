/**
 * The vaults of one phone: one per account, shut until its owner opens it.
 *
 * A vault holds random keys. They are wrapped by this device alone until a PIN is set; then by PIN and device together,
 * and always, as soon as the service's key is known, to the service as well: a forgotten PIN costs a sign-in, never a
 * visit. Wrong PINs are counted before they are tried. Nothing here erases anything but keys in memory.
 */
import type { Argon2Cost } from "../../domain/crypto/argon2id.ts";
import { MOST_WRONG } from "../../domain/pin.ts";
import type { Connection } from "../connection.ts";
import { NotSaved } from "../types.ts";
import { sealBox, type Box, type BoxKey } from "./box.ts";
import { bundleOf, makeRing, newKey, readBundle, type Keyring, type RawKey } from "./keyring.ts";
import { reseal } from "./reseal.ts";
import { PIN_COST } from "./stretch.ts";
import { deviceWrapper, newDeviceKey, pinWrapper, unwrap, wrap, type Wrapped } from "./wrap.ts";

/** As it lies on the disk; says nothing of a person. */
export interface VaultRecord {
  account: string;
  format: 1;
  /** A new one whenever the current key changes: another tab's open ring is then out of date and may not write. */
  generation: number;
  device_wrap: Wrapped | null;
  pin: { salt: ArrayBuffer; cost: Argon2Cost; wrap: Wrapped } | null;
  recovery: Box | null;
  /** The service's key and the device that boxes are made for and bound to; null before the first contact. */
  service: { key: BoxKey; device_id: string } | null;
  /** Something sealed with the current key, so that keys from elsewhere can be proven. */
  check: ArrayBuffer;
  /** Wrong PINs in a row. */
  wrong: number;
  /** Bytes of a release without encryption may still lie in the store. */
  plain: boolean;
}

export interface VaultState {
  /** `none`: nothing of this account was ever kept here. `device`: no PIN yet. */
  kind: "none" | "device" | "pin";
  isOpen: boolean;
  wrong: number;
  /** Only signing in online opens it: too many wrong PINs, or the device key is gone. */
  isShut: boolean;
  /** The service can give the keys back. */
  isRecoverable: boolean;
}

export interface Vaults {
  state(account: string): Promise<VaultState>;
  /** The open keys; a vault without PIN opens by itself, a new account gets one. Throws NotSaved("locked"). */
  ring(account: string): Promise<Keyring>;
  unlock(account: string, pin: string): Promise<"open" | "wrong" | "shut">;
  /** Set or change the PIN of an open vault. */
  setPin(account: string, pin: string): Promise<void>;
  /** Let the service be able to open an open vault; does nothing when it already is. */
  wrapToService(account: string, deviceId: string, key: BoxKey): Promise<void>;
  /** What the service needs to give the keys back; null: it cannot. */
  recovery(account: string): Promise<{ box: Box; device_id: string } | null>;
  /** Open with the keys that the service gave back. False: they are not the keys of this vault. */
  openWith(account: string, bundle: Uint8Array): Promise<boolean>;
  /** Forget all open keys. */
  lock(): void;
  /** Whether an open ring was made before the latest change by another tab. */
  isStale(account: string): Promise<boolean>;
}

interface Open {
  ring: Keyring;
  generation: number;
  /** How the keys are wrapped again when they change; null: by the device. */
  pin: { key: CryptoKey; salt: ArrayBuffer; cost: Argon2Cost } | null;
}

const CHECK_PLACE = "vault/check";
const CHECK = Uint8Array.of(114, 117, 104, 117);

export function createVaults(db: Connection, cost: Argon2Cost = PIN_COST): Vaults {
  const open = new Map<string, Open>();
  const opening = new Map<string, Promise<Keyring>>();

  const load = (account: string) => db.read(["vault"], (tx) => tx.objectStore("vault").get(account));

  async function change(account: string, patch: Partial<VaultRecord>): Promise<VaultRecord> {
    return db.write(["vault"], async (tx) => {
      const store = tx.objectStore("vault");
      const before = await store.get(account);
      if (!before) throw new NotSaved("not-reread", "no vault");
      const after = { ...before, ...patch };
      await store.put(after);
      return after;
    });
  }

  async function deviceKey(): Promise<CryptoKey> {
    const known = await db.read(["key"], (tx) => tx.objectStore("key").get("device"));
    if (known) return known;
    const made = await newDeviceKey();
    return db.write(["key"], async (tx) => {
      const raced = await tx.objectStore("key").get("device");
      if (raced) return raced;
      await tx.objectStore("key").put(made, "device");
      return made;
    });
  }

  async function opened(
    record: VaultRecord,
    raw: readonly RawKey[],
    pin: Open["pin"],
    former: Keyring | null = null,
  ): Promise<Keyring> {
    const own = await makeRing(record.account, raw, record.plain, record.generation);
    const ring = former ? alsoOpening(own, former) : own;
    await ring.unseal(record.check, CHECK_PLACE);
    open.set(record.account, { ring, generation: record.generation, pin });
    return ring;
  }

  async function create(account: string): Promise<Keyring> {
    const device = await deviceKey();
    const raw = [newKey()];
    const ring = await makeRing(account, raw, false, 1);
    const record: VaultRecord = {
      account,
      format: 1,
      generation: 1,
      device_wrap: await wrap(await deviceWrapper(device, account), bundleOf(raw)),
      pin: null,
      recovery: null,
      service: null,
      check: await ring.seal(CHECK, CHECK_PLACE),
      wrong: 0,
      plain: await hasRows(db, account),
    };
    const mine = await db.write(["vault"], async (tx) => {
      if (await tx.objectStore("vault").get(account)) return false;
      await tx.objectStore("vault").put(record);
      return true;
    });
    // Another tab made it in this very moment: then theirs is the vault.
    if (!mine) return openByDevice(account);
    const own = await opened(record, raw, null);
    return record.plain ? tidy(account) : own;
  }

  async function openByDevice(account: string): Promise<Keyring> {
    const record = await load(account);
    if (!record) return create(account);
    if (!record.device_wrap) throw new NotSaved("locked");
    const bundle = await unwrap(await deviceWrapper(await deviceKey(), account), record.device_wrap);
    const raw = bundle && readBundle(bundle);
    if (!raw) throw new NotSaved("locked", "device key");
    const ring = await opened(record, raw, null);
    return record.plain ? tidy(account) : ring;
  }

  /** Bring everything under the current key, then forget older keys and that anything was ever plain. */
  async function tidy(account: string): Promise<Keyring> {
    const now = open.get(account);
    if (!now) throw new NotSaved("locked");
    await reseal(db, now.ring);
    const raw = now.ring.raw.slice(0, 1);
    return rewrap(account, raw, now.pin, { plain: false }, now.ring);
  }

  async function rewrap(
    account: string,
    raw: readonly RawKey[],
    pin: Open["pin"],
    patch: Partial<VaultRecord>,
    former: Keyring | null = null,
  ): Promise<Keyring> {
    const before = await load(account);
    if (!before) throw new NotSaved("not-reread", "no vault");
    const bundle = bundleOf(raw);
    const plain = patch.plain ?? before.plain;
    const ring = await makeRing(account, raw, plain, before.generation);
    const wraps: Partial<VaultRecord> = pin
      ? { device_wrap: null, pin: { salt: pin.salt, cost: pin.cost, wrap: await wrap(pin.key, bundle) } }
      : { device_wrap: await wrap(await deviceWrapper(await deviceKey(), account), bundle) };
    const after = await change(account, {
      ...wraps,
      recovery: await boxed(before, raw),
      generation: before.generation + (raw[0]?.id === open.get(account)?.ring.raw[0]?.id ? 0 : 1),
      check: await ring.seal(CHECK, CHECK_PLACE),
      ...patch,
    });
    return opened(after, raw, pin, former);
  }

  async function boxed(record: VaultRecord, raw: readonly RawKey[]): Promise<Box | null> {
    const { service, account } = record;
    return service ? sealBox(service.key, recoveryPurpose(account, service.device_id), bundleOf(raw)) : null;
  }

  return {
    async state(account) {
      const record = await load(account);
      if (!record) return { kind: "none", isOpen: false, wrong: 0, isShut: false, isRecoverable: false };
      return {
        kind: record.device_wrap ? "device" : "pin",
        isOpen: open.has(account),
        wrong: record.wrong,
        isShut: !record.device_wrap && record.wrong >= MOST_WRONG,
        isRecoverable: record.recovery !== null,
      };
    },

    async ring(account) {
      const now = open.get(account);
      if (now) return now.ring;
      let running = opening.get(account);
      if (!running) {
        running = openByDevice(account).finally(() => opening.delete(account));
        opening.set(account, running);
      }
      return running;
    },

    async unlock(account, pin) {
      const record = await load(account);
      if (!record?.pin) return record ? "open" : "wrong";
      if (record.wrong >= MOST_WRONG) return "shut";
      // Counted first: killing the app in the middle must not give a free try.
      await change(account, { wrong: record.wrong + 1 });
      const salt = new Uint8Array(record.pin.salt);
      const key = await pinWrapper(await deviceKey(), account, pin, salt, record.pin.cost);
      const bundle = await unwrap(key, record.pin.wrap);
      const raw = bundle && readBundle(bundle);
      if (!raw) return record.wrong + 1 >= MOST_WRONG ? "shut" : "wrong";
      await change(account, { wrong: 0 });
      await opened(record, raw, { key, salt: record.pin.salt, cost: record.pin.cost });
      if (raw.length > 1 || record.plain) await tidy(account);
      return "open";
    },

    async setPin(account, pin) {
      const ring = await this.ring(account);
      const record = await load(account);
      const salt = crypto.getRandomValues(new Uint8Array(16));
      const key = await pinWrapper(await deviceKey(), account, pin, salt, cost);
      // What the device alone could open is sealed anew: its old wrap may linger in the database's files.
      const raw = record?.device_wrap ? [newKey(), ...ring.raw] : ring.raw;
      await rewrap(account, raw, { key, salt: salt.buffer, cost }, { wrong: 0 });
      if (raw.length > 1) await tidy(account);
    },

    async wrapToService(account, deviceId, key) {
      const now = open.get(account);
      const record = await load(account);
      if (!now || !record || record.recovery?.key_id === key.key_id) return;
      const service = { key, device_id: deviceId };
      const recovery = await boxed({ ...record, service }, now.ring.raw);
      await db.write(["vault"], async (tx) => {
        const latest = await tx.objectStore("vault").get(account);
        if (latest?.generation === now.generation) await tx.objectStore("vault").put({ ...latest, service, recovery });
      });
    },

    async recovery(account) {
      const record = await load(account);
      return record?.recovery && record.service ? { box: record.recovery, device_id: record.service.device_id } : null;
    },

    async openWith(account, bundle) {
      const record = await load(account);
      const raw = readBundle(bundle);
      if (!record || !raw) return false;
      try {
        await opened(record, raw, null);
      } catch {
        return false;
      }
      return true;
    },

    lock() {
      open.clear();
    },

    async isStale(account) {
      const now = open.get(account);
      return now !== undefined && (await load(account))?.generation !== now.generation;
    },
  };
}

/** What was read just before everything was sealed anew can still be opened on this page. */
function alsoOpening(ring: Keyring, former: Keyring): Keyring {
  return { ...ring, unseal: (sealed, place) => ring.unseal(sealed, place).catch(() => former.unseal(sealed, place)) };
}

/** What a wrapped bundle is bound to; the service builds the same text. */
export function recoveryPurpose(account: string, deviceId: string): string {
  return `recovery|${account}|${deviceId}`;
}

/** Whether an earlier release, which did not encrypt, left anything of this account. */
async function hasRows(db: Connection, account: string): Promise<boolean> {
  return db.read(["session", "package", "draft", "submission"], async (tx) => {
    const counts = await Promise.all([
      tx.objectStore("session").count(account),
      tx.objectStore("package").count(account),
      tx.objectStore("draft").index("account").count(account),
      tx.objectStore("submission").index("account").count(account),
    ]);
    return counts.some((count) => count > 0);
  });
}
