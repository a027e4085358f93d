/** Sizes and waits of sync, as pure functions. */
import { utf8 } from "./text.ts";
import type { Op } from "./wire.ts";

export const MAX_OPS = 50;
/** Bytes of one envelope, JSON escapes included. */
export const MAX_BATCH_BYTES = 512 * 1024;
/** Photos up to here go in one request; larger ones, and any that failed once, resumably. */
export const PUT_LIMIT = 64 * 1024;
export const SMALLEST_CHUNK = 64 * 1024;
export const LARGEST_CHUNK = 1024 * 1024;
const FIRST_CHUNK = 256 * 1024;

const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 15 * 60_000;
/** Room for device_id and brackets. */
const ENVELOPE_BYTES = 200;

/**
 * Length of the first batch: as many ops from the front as fit both limits, but at least one, so that a single
 * large op still goes.
 */
export function batchLength(ops: readonly Op[], maxOps = MAX_OPS, maxBytes = MAX_BATCH_BYTES): number {
  let bytes = ENVELOPE_BYTES;
  let count = 0;
  for (const op of ops.slice(0, maxOps)) {
    bytes += utf8(JSON.stringify(op)).length + 1;
    if (count > 0 && bytes > maxBytes) break;
    count += 1;
  }
  return count;
}

/** Wait before the next try after `fails` failures in a row: 2 s doubling to 15 min, half of it by chance. */
export function backoff(fails: number, random: () => number): number {
  const whole = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(Math.max(fails, 1) - 1, 20));
  return Math.round(whole / 2 + (whole / 2) * random());
}

/** Size of the first chunk of an upload: small after a failure. */
export function firstChunk(tries: number): number {
  return tries > 0 ? SMALLEST_CHUNK : FIRST_CHUNK;
}

/** Size of the next chunk, from how long the last one took: about three to ten seconds of the line. */
export function nextChunk(size: number, tookMs: number): number {
  if (tookMs < 3_000) return Math.min(LARGEST_CHUNK, size * 2);
  return tookMs > 10_000 ? Math.max(SMALLEST_CHUNK, Math.floor(size / 2)) : size;
}
