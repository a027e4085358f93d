/** A PIN made expensive to guess: Argon2id in a worker; where no worker can be had, on the page itself. */
import type { Argon2Cost } from "../../domain/crypto/argon2id.ts";
import { utf8 } from "../../domain/text.ts";

/** RFC 9106's way for little memory, as OWASP lists it: 19 MiB, two passes. */
export const PIN_COST: Argon2Cost = { memory: 19_456, passes: 2, lanes: 1 };

const PATIENCE_MS = 120_000;

/** 32 bytes from a PIN. The same text typed on another keyboard gives the same bytes (NFKC). */
export async function stretch(pin: string, salt: Uint8Array, cost: Argon2Cost): Promise<Uint8Array<ArrayBuffer>> {
  const password = utf8(pin.normalize("NFKC"));
  const bytes = (await inWorker(password, salt, cost)) ?? (await here(password, salt, cost));
  return bytes as Uint8Array<ArrayBuffer>;
}

async function here(password: Uint8Array, salt: Uint8Array, cost: Argon2Cost): Promise<Uint8Array> {
  const { argon2id } = await import("../../domain/crypto/argon2id.ts");
  return argon2id(password, salt, cost, 32);
}

/** Null: no worker here, or it failed. */
async function inWorker(password: Uint8Array, salt: Uint8Array, cost: Argon2Cost): Promise<Uint8Array | null> {
  if (typeof Worker === "undefined") return null;
  let worker: Worker | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    worker = new Worker(new URL("./argon2.worker.ts", import.meta.url));
    const busy = worker;
    return await new Promise<Uint8Array | null>((resolve) => {
      timer = setTimeout(() => resolve(null), PATIENCE_MS);
      busy.onmessage = (event: MessageEvent<Uint8Array>) => resolve(event.data);
      busy.onerror = () => resolve(null);
      busy.postMessage({ password, salt, cost });
    });
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
    worker?.terminate();
  }
}
