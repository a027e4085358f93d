/**
 * The one seam where encryption at rest sits.
 *
 * Every byte that could tell something of a person goes through here on its way to and from the disk. Today the
 * bytes pass unchanged; the signature is already that of authenticated encryption: asynchronous, and bound to
 * the place (`store/record/chunk`) so that two records can never be swapped unnoticed.
 */

/** Bytes as they are written to the disk; always a fresh, exactly sized buffer. */
export async function seal(bytes: Uint8Array, _place: string): Promise<ArrayBuffer> {
  const copy = new ArrayBuffer(bytes.byteLength);
  new Uint8Array(copy).set(bytes);
  return copy;
}

/** Bytes as they were before `seal` with the same place. */
export async function unseal(sealed: ArrayBuffer, _place: string): Promise<Uint8Array> {
  return new Uint8Array(sealed);
}

/** A value as sealed JSON. */
export function sealJson(value: unknown, place: string): Promise<ArrayBuffer> {
  return seal(new TextEncoder().encode(JSON.stringify(value)), place);
}

/** A sealed JSON value. */
export async function unsealJson<T>(sealed: ArrayBuffer, place: string): Promise<T> {
  return JSON.parse(new TextDecoder().decode(await unseal(sealed, place))) as T;
}
