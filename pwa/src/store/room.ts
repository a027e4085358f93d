/**
 * Proof of room outside the database, before it is written to (decision 0071).
 *
 * Chromium's database tears its log when a write finds room for a part of it, goes on behind the tear, and is thrown
 * away at its next opening; and it folds its log into tables at times of its own. So the disk must be known to have
 * room for both before, and estimates promise what is not there. A file of the private file system is written and
 * taken away again. On a full disk that takes the last byte for a moment: nothing else is written meanwhile.
 */
import { NotSaved } from "./types.ts";

const MIB = 1024 * 1024;
/** What the database may take at once: its log, the table of it, and the tables that one is folded into. */
const ROOM_MIB = 16;
/** A proof is good for so long, and for photos of so many bytes. */
const GOOD_FOR_MS = 30_000;
const COVERED = 4 * MIB;
/** A file system that does not answer is not asked on: whether there is room is then not known. */
const GIVE_UP_MS = 5_000;

let proven = -Infinity;
let spent = 0;
let asking: Promise<void> | null = null;
const running = new Set<Promise<unknown>>();

const isStale = (bytes: number): boolean =>
  performance.now() - proven > GOOD_FOR_MS || (spent > 0 && spent + bytes > COVERED);

/**
 * Run a write of a photo's `bytes`, or of little, when the disk is known to have room.
 * Throws NotSaved (`full`) without running it when there is none; where that cannot be asked, it runs.
 */
export async function withRoom<T>(bytes: number, write: () => Promise<T>): Promise<T> {
  while (asking !== null || isStale(bytes)) {
    asking ??= Promise.allSettled(running).then(prove).finally(() => (asking = null));
    await asking;
  }
  spent += bytes;
  const going = write();
  running.add(going);
  try {
    return await going;
  } finally {
    running.delete(going);
  }
}

async function prove(): Promise<void> {
  const late = new Promise<void>((resolve) => setTimeout(resolve, GIVE_UP_MS));
  try {
    await Promise.race([fillsAndFrees(), late]);
  } catch (error) {
    if (error instanceof DOMException && error.name === "QuotaExceededError") throw new NotSaved("full", error);
  }
  proven = performance.now();
  spent = 0;
}

async function fillsAndFrees(): Promise<void> {
  const folder = await navigator.storage.getDirectory();
  try {
    const file = await (await folder.getFileHandle("room", { create: true })).createWritable();
    const some = new Uint8Array(MIB).fill(7); // zeros may be kept as a hole, which takes no room
    for (let n = 0; n < ROOM_MIB; n += 1) await file.write(some);
    await file.close();
  } finally {
    await folder.removeEntry("room").catch(() => undefined);
  }
}
