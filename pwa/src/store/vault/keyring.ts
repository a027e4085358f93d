/**
 * The open keys of one account: seal and unseal, AES-256-GCM, bound to their place.
 *
 * A sealed thing begins with a mark and the number of its key, then a fresh 96-bit nonce, then ciphertext and tag.
 * What is authenticated beside the bytes is `ruhu/1|account|place`: two records, two chunks or two accounts can never
 * change places unnoticed. Keys are used for fewer than 2³² messages by a wide margin (NIST SP 800-38D).
 */
import { joined } from "../../domain/base64.ts";
import { utf8 } from "../../domain/text.ts";

export interface RawKey {
  id: number;
  bytes: Uint8Array<ArrayBuffer>;
}

export interface Keyring {
  readonly account: string;
  /** Generation of the vault this ring was opened from; a write under an older one is refused (see `stillOpen`). */
  readonly generation: number;
  /** Raw keys, the current one first; they leave the ring only wrapped. */
  readonly raw: readonly RawKey[];
  seal(bytes: Uint8Array, place: string): Promise<ArrayBuffer>;
  /** The bytes sealed for this place. Throws `Unsealable` for anything else. */
  unseal(sealed: ArrayBuffer, place: string): Promise<Uint8Array>;
  /** True when it is sealed with the current key, so that nothing is left to do. */
  isCurrent(sealed: ArrayBuffer): boolean;
}

/** These bytes are not what was sealed for this place: changed, swapped, or from another key. */
export class Unsealable extends Error {
  override readonly name = "Unsealable";
}

const MARK = Uint8Array.of(0x52, 0x55, 0x01, 0xa5);
const HEAD = 8;
const NONCE = 12;

/** A ring over raw keys. `allowsPlain`: bytes of a release without encryption may still lie here. */
export async function makeRing(account: string, raw: readonly RawKey[], allowsPlain: boolean, generation: number): Promise<Keyring> {
  const keys = new Map<number, CryptoKey>();
  for (const { id, bytes } of raw) {
    keys.set(id, await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]));
  }
  const current = raw[0];
  if (!current) throw new Unsealable("no key");
  const key = keys.get(current.id) as CryptoKey;
  const bound = (place: string) => utf8(`ruhu/1|${account}|${place}`) as Uint8Array<ArrayBuffer>;
  return {
    account,
    generation,
    raw,
    async seal(bytes, place) {
      const iv = crypto.getRandomValues(new Uint8Array(NONCE));
      const how = { name: "AES-GCM", iv, additionalData: bound(place) };
      const cipher = await crypto.subtle.encrypt(how, key, bytes as Uint8Array<ArrayBuffer>);
      return joined(MARK, numberBytes(current.id), iv, cipher).buffer;
    },
    async unseal(sealed, place) {
      const whole = new Uint8Array(sealed);
      const found = keyOf(whole);
      const opener = found === null ? undefined : keys.get(found);
      if (!opener) {
        if (found === null && allowsPlain) return whole;
        throw new Unsealable(found === null ? "not sealed" : "unknown key");
      }
      const how = { name: "AES-GCM", iv: whole.subarray(HEAD, HEAD + NONCE), additionalData: bound(place) };
      try {
        return new Uint8Array(await crypto.subtle.decrypt(how, opener, whole.subarray(HEAD + NONCE)));
      } catch {
        throw new Unsealable("changed or from another place");
      }
    },
    isCurrent: (sealed) => keyOf(new Uint8Array(sealed)) === current.id,
  };
}

/** A new random key. */
export function newKey(): RawKey {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return { id: new DataView(crypto.getRandomValues(new Uint8Array(4)).buffer).getUint32(0), bytes };
}

/** All keys as one text of bytes, to be wrapped: 4 bytes number, 32 bytes key, again and again. */
export function bundleOf(raw: readonly RawKey[]): Uint8Array<ArrayBuffer> {
  return joined(...raw.map(({ id, bytes }) => joined(numberBytes(id), bytes)));
}

/** The keys of a bundle; null when it is none. */
export function readBundle(bundle: Uint8Array): RawKey[] | null {
  if (bundle.length === 0 || bundle.length % 36 !== 0) return null;
  const view = new DataView(bundle.buffer, bundle.byteOffset, bundle.byteLength);
  return Array.from({ length: bundle.length / 36 }, (_, i) => ({
    id: view.getUint32(i * 36),
    bytes: bundle.slice(i * 36 + 4, i * 36 + 36) as Uint8Array<ArrayBuffer>,
  }));
}

function keyOf(whole: Uint8Array): number | null {
  if (whole.length < HEAD + NONCE + 16 || MARK.some((byte, i) => whole[i] !== byte)) return null;
  return new DataView(whole.buffer, whole.byteOffset).getUint32(4);
}

function numberBytes(id: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, id);
  return new Uint8Array(view.buffer);
}
