/**
 * How the files of the store seal and unseal: every byte that could tell something of a person passes here.
 *
 * Sealing and unsealing happen before or after a transaction, never inside: a transaction that waits for something
 * else commits early. So each write looks once more, inside, whether its keys are still the current ones.
 */
import { utf8 } from "../domain/text.ts";
import type { Connection, WriteTx } from "./connection.ts";
import { NotSaved } from "./types.ts";
import { Unsealable, type Keyring } from "./vault/keyring.ts";
import type { Vaults } from "./vault/vault.ts";

/** The connection with its vaults. */
export interface Db extends Connection {
  readonly vaults: Vaults;
  /** Places whose bytes could not be opened: changed, swapped, or cut short by the disk. */
  readonly damage: Set<string>;
}

/** The open keys of an account. Throws NotSaved("locked"). */
export function ringFor(db: Db, account: string): Promise<Keyring> {
  return db.vaults.ring(account);
}

/** Inside a write that takes "vault" too: the keys were not changed by another tab meanwhile. */
export async function stillOpen(tx: WriteTx, ring: Keyring): Promise<void> {
  const record = await tx.objectStore("vault").get(ring.account);
  if (record?.generation !== ring.generation) throw new NotSaved("locked", "keys changed in another tab");
}

export function sealJson(ring: Keyring, value: unknown, place: string): Promise<ArrayBuffer> {
  return ring.seal(utf8(JSON.stringify(value)), place);
}

/** Bytes sealed for a place; null when they are not what was sealed there, which is then noted as damage. */
export async function openBytes(db: Db, account: string, sealed: ArrayBuffer, place: string): Promise<Uint8Array | null> {
  const ring = await ringFor(db, account);
  try {
    const bytes = await ring.unseal(sealed, place);
    db.damage.delete(place);
    return bytes;
  } catch (error) {
    if (!(error instanceof Unsealable)) throw error;
    db.damage.add(place);
    return null;
  }
}

/** A sealed JSON value, or null as above. */
export async function openJson<T>(db: Db, account: string, sealed: ArrayBuffer, place: string): Promise<T | null> {
  const bytes = await openBytes(db, account, sealed, place);
  return bytes ? (JSON.parse(new TextDecoder().decode(bytes)) as T) : null;
}
