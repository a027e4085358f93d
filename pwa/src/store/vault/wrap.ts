/**
 * Wrapping the bundle of keys: by this device alone (until a PIN is set), or by PIN and device together.
 *
 * The device key is a random HMAC key that scripts cannot read out; it lies in the same database, so against a
 * laboratory with the whole profile it adds nothing. Against somebody who has only part of it, it does.
 */
import { joined } from "../../domain/base64.ts";
import { utf8 } from "../../domain/text.ts";
import type { Argon2Cost } from "../../domain/crypto/argon2id.ts";
import { stretch } from "./stretch.ts";

/** nonce ‖ ciphertext ‖ tag. */
export type Wrapped = ArrayBuffer;

/** A random key that stays inside the browser. */
export function newDeviceKey(): Promise<CryptoKey> {
  const how = { name: "HMAC", hash: "SHA-256", length: 256 };
  return crypto.subtle.generateKey(how, false, ["sign"]) as Promise<CryptoKey>;
}

/** The key that wraps by device alone. */
export async function deviceWrapper(device: CryptoKey, account: string): Promise<CryptoKey> {
  return wrapper(device, utf8(`device|${account}`), new Uint8Array(), `device|${account}`);
}

/** The key that wraps by PIN and device; takes as long as Argon2id takes. */
export async function pinWrapper(
  device: CryptoKey,
  account: string,
  pin: string,
  salt: Uint8Array<ArrayBuffer>,
  cost: Argon2Cost,
): Promise<CryptoKey> {
  const stretched = await stretch(pin, salt, cost);
  return wrapper(device, joined(utf8(`pin|${account}|`), stretched), salt, `pin|${account}`);
}

async function wrapper(
  device: CryptoKey,
  input: Uint8Array,
  salt: Uint8Array<ArrayBuffer>,
  purpose: string,
): Promise<CryptoKey> {
  const subtle = crypto.subtle;
  const mixed = await subtle.sign("HMAC", device, input as Uint8Array<ArrayBuffer>);
  const source = await subtle.importKey("raw", mixed, "HKDF", false, ["deriveKey"]);
  const info = utf8(`ruhu/wrap/1|${purpose}`) as Uint8Array<ArrayBuffer>;
  const how = { name: "HKDF", hash: "SHA-256", salt, info };
  return subtle.deriveKey(how, source, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

export async function wrap(key: CryptoKey, bundle: Uint8Array<ArrayBuffer>): Promise<Wrapped> {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return joined(iv, await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, bundle)).buffer;
}

/** The bundle; null when this is not the key. */
export async function unwrap(key: CryptoKey, wrapped: Wrapped): Promise<Uint8Array | null> {
  const bytes = new Uint8Array(wrapped);
  try {
    const how = { name: "AES-GCM", iv: bytes.subarray(0, 12) };
    return new Uint8Array(await crypto.subtle.decrypt(how, key, bytes.subarray(12)));
  } catch {
    return null;
  }
}
