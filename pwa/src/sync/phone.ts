import type { Phone } from "./types.ts";

/** Open the phone: store, session, package and outbox; starts the schedule of sync. Throws NotSaved. */
export function openPhone(_options: { dbName?: string; base?: string } = {}): Promise<Phone> {
  return Promise.reject(new Error("being written"));
}
