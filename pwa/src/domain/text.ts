/**
 * Text and digests: only well-formed Unicode may be sealed, and a digest is always over exact UTF-8 bytes.
 *
 * A lone surrogate cannot be written as UTF-8, so the bytes on the server would differ from the bytes that
 * were digested here; it is replaced by U+FFFD before sealing, never afterwards.
 */
import { sha256 } from "./sha256.ts";

/** Every engine has it; the language's own library does not name it. */
declare const TextEncoder: new () => { encode(text: string): Uint8Array };

/** The text with every lone surrogate, and NUL (which no database takes), replaced by U+FFFD. */
export function wellFormed(text: string): string {
  // With the u flag a surrogate pair is one character, so this class meets lone halves only.
  return text.replace(/[\uD800-\uDFFF\u0000]/gu, "\uFFFD");
}

/** UTF-8 bytes of a text. */
export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** SHA-256 of bytes, or of a text's UTF-8 bytes, as lower-case hex. */
export function sha256Hex(data: string | Uint8Array): string {
  const digest = sha256(typeof data === "string" ? utf8(data) : data);
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
