/** Fetches the part of the app that keeps it safe (lock, PIN, health, export); behind the first screen, like the rest. */
import { signal } from "@preact/signals";

export type Safety = typeof import("./index.ts");

/** The part, once it is here. */
export const safety = signal<Safety | null>(null);

let running: Promise<Safety> | null = null;

/** Have it ready; tried again at the next call when it could not be fetched. */
export function loadSafety(): Promise<Safety> {
  running ??= import("./index.ts").then(
    (part) => (safety.value = part),
    (error: unknown) => {
      running = null;
      throw error;
    },
  );
  return running;
}
