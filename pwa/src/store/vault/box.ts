/**
 * A box that only the service can open: ephemeral ECDH on P-256, HKDF-SHA-256, AES-256-GCM.
 *
 * Used for the way back when a PIN is forgotten and for export files. The purpose is bound into key and tag, so that
 * a box made for one use, account or device opens for no other.
 */
import { joined, fromBase64, toBase64 } from "../../domain/base64.ts";
import { utf8 } from "../../domain/text.ts";

/** The service's public key for boxes; `spki` is base64 of the DER form. */
export interface BoxKey {
  alg: string;
  key_id: string;
  spki: string;
}

/** What travels: the key it was made for, our half of the agreement, nonce and ciphertext, all base64. */
export interface Box {
  key_id: string;
  epk: string;
  iv: string;
  ct: string;
}

const CURVE = { name: "ECDH", namedCurve: "P-256" } as const;

/** A secret that only the holder of `to` can compute as well, and our public half (65 bytes). */
export async function agree(to: BoxKey, purpose: string): Promise<{ key: CryptoKey; epk: Uint8Array<ArrayBuffer> }> {
  const subtle = crypto.subtle;
  const theirs = await subtle.importKey("spki", fromBase64(to.spki), CURVE, false, []);
  const ours = await subtle.generateKey(CURVE, false, ["deriveBits"]);
  const shared = await subtle.deriveBits({ name: "ECDH", public: theirs }, ours.privateKey, 256);
  const epk = new Uint8Array(await subtle.exportKey("raw", ours.publicKey));
  const source = await subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const info = utf8(`ruhu/box/1|${purpose}`) as Uint8Array<ArrayBuffer>;
  const how = { name: "HKDF", hash: "SHA-256", salt: epk, info };
  const key = await subtle.deriveKey(how, source, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
  return { key, epk };
}

/** Put bytes into a box. */
export async function sealBox(to: BoxKey, purpose: string, bytes: Uint8Array<ArrayBuffer>): Promise<Box> {
  const { key, epk } = await agree(to, purpose);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const additionalData = joined(utf8(purpose));
  const ct = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData }, key, bytes);
  return { key_id: to.key_id, epk: toBase64(epk), iv: toBase64(iv), ct: toBase64(ct) };
}
