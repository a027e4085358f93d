import type { Store } from "./types.ts";

/** Open the store; made on the first call. Throws NotSaved (`unavailable`, `blocked`). */
export function openStore(_options: { name?: string } = {}): Promise<Store> {
  return Promise.reject(new Error("being written"));
}
