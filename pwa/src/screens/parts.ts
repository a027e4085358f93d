/**
 * The screens that the first minute does not need, fetched as one piece behind the first screen: a helper's day,
 * reading, field work, 待同步, 我. Precached like everything else, so that a phone has them before the valley.
 */
import { signal } from "@preact/signals";

export type More = typeof import("./more/index.ts");

/** The piece, once it is here. */
export const more = signal<More | null>(null);

let running: Promise<More> | null = null;

/** Have it ready; tried again at the next call when it could not be fetched. */
export function loadMore(): Promise<More> {
  running ??= import("./more/index.ts").then(
    (part) => (more.value = part),
    (error: unknown) => {
      running = null;
      throw error;
    },
  );
  return running;
}
