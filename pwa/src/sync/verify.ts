/** Checks receipts with the browser's own P-256; an engine without it verifies nothing and so believes nothing. */
import { fromBase64 } from "../domain/base64.ts";
import type { VerifySignature } from "../domain/outcome.ts";
import { utf8 } from "../domain/text.ts";

/** A verifier that imports each key once. */
export function createVerifier(subtle: SubtleCrypto = crypto.subtle): VerifySignature {
  const imported = new Map<string, Promise<CryptoKey>>();
  return async (key, text, signature) => {
    const raw = fromBase64(signature);
    if (raw.byteLength !== 64) return false;
    let cryptoKey = imported.get(key.spki);
    if (!cryptoKey) {
      cryptoKey = subtle.importKey("spki", fromBase64(key.spki), { name: "ECDSA", namedCurve: "P-256" }, false, [
        "verify",
      ]);
      imported.set(key.spki, cryptoKey);
    }
    const message = utf8(text) as Uint8Array<ArrayBuffer>;
    return subtle.verify({ name: "ECDSA", hash: "SHA-256" }, await cryptoKey, raw, message);
  };
}
