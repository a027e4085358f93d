/**
 * The phone's own health: may work be trusted to this browser, is everything still here, how much room is left.
 *
 * Estimates of browsers lie, so the one check that counts writes, reads back and compares. A mark outside the database
 * remembers how far this phone had counted: a store that was emptied from outside is noticed at the next start.
 */
import { signal, type ReadonlySignal } from "@preact/signals-core";
import type { Heartbeat } from "../net/types.ts";
import type { Store } from "../store/types.ts";
import type { Check, HealthView } from "./types.ts";

/** A phone whose clock is this far from the service's is told so. */
export const SKEW_MS = 5 * 60_000;
const LITTLE_ROOM = 300 * 1024 * 1024;
const MARK = "ruhu-mark";

export interface Emptied {
  device_id: string;
  dev_seq: number;
}

export interface HealthParts {
  store: Store;
  offset: () => number | null;
}

export interface Health {
  readonly view: ReadonlySignal<HealthView>;
  check(): Promise<HealthView>;
  /** Remember, outside the database, how far this phone has counted; and notice when it was emptied. */
  mark(): Promise<void>;
  /** What must still be told to the service. */
  lost(): Promise<Emptied | null>;
  /** The service has heard of it. */
  told(): Promise<void>;
  acknowledge(): Promise<void>;
  gaps(found: HealthView["gaps"]): void;
  /** Read again what changes by itself: damage and the clock. */
  refresh(): void;
}

/** In-app browsers share one store with a whole app and lose it without asking. */
const IN_APP = /MicroMessenger|\bQQ\/|DingTalk|AlipayClient|Weibo|aweme|NewsArticle|baiduboxapp|Lark\/|Feishu|xhsdiscover|; wv\)/i;

/** Whether this is a page inside another app. */
export function isInApp(agent: string): boolean {
  return IN_APP.test(agent);
}

export function createHealth({ store, offset }: HealthParts): Health {
  const view = signal<HealthView>({
    checks: [], isBlocked: false, checked_at: null, emptied: null, gaps: [], skewMs: offset(), damaged: 0,
  });
  const set = (change: Partial<HealthView>) => (view.value = { ...view.value, ...change });

  const health: Health = {
    view,
    async check() {
      const checks = await runChecks(store, offset());
      set({
        checks,
        isBlocked: checks.some((each) => each.word === "bad"),
        checked_at: new Date().toISOString(),
        skewMs: offset(),
        damaged: store.damage().length,
      });
      return view.value;
    },
    async mark() {
      // The mark first: another tab that seals in between may only make the store the newer of the two.
      const before = readMark();
      const device = await store.device();
      if (before && before.device_id !== device.device_id) {
        // The mark is older than the database: the database was emptied.
        await store.noteLoss(before.dev_seq > 0 ? before : null);
      } else if (before && before.dev_seq > device.dev_seq) {
        await store.noteLoss(before);
      }
      const { device_id, dev_seq } = await store.device();
      writeMark({ device_id, dev_seq });
      const loss = await store.loss();
      set({ emptied: loss && !loss.acknowledged ? { dev_seq: loss.dev_seq, at: loss.noticed_at } : null });
    },
    async lost() {
      const loss = await store.loss();
      return loss && !loss.told ? { device_id: loss.device_id, dev_seq: loss.dev_seq } : null;
    },
    told: () => store.changeLoss({ told: true }),
    async acknowledge() {
      await store.changeLoss({ acknowledged: true });
      set({ emptied: null });
    },
    gaps: (found) => set({ gaps: found }),
    refresh: () => set({ skewMs: offset(), damaged: store.damage().length }),
  };
  return health;
}

async function runChecks(store: Store, offsetMs: number | null): Promise<Check[]> {
  const agent = typeof navigator === "undefined" ? "" : (navigator.userAgent ?? "");
  const report = await store.storage();
  const has = (is: boolean, otherwise: Check["word"]): Check["word"] => (is ? "ok" : otherwise);
  return [
    { name: "browser", word: has(!isInApp(agent), "bad") },
    { name: "secure", word: has(typeof isSecureContext === "undefined" || isSecureContext, "bad") },
    { name: "crypto", word: has(await canSeal(), "bad") },
    { name: "write", word: has(await store.probe().catch(() => false), "bad") },
    { name: "private", word: await privateWord() },
    { name: "persist", word: has(report.persisted === true, "warn") },
    { name: "space", word: has(report.free === null || report.free > LITTLE_ROOM, "warn") },
    { name: "worker", word: has(await hasWorker(), "warn") },
    { name: "camera", word: has(typeof navigator !== "undefined" && Boolean(navigator.mediaDevices?.getUserMedia), "warn") },
    { name: "clock", word: has(offsetMs === null || Math.abs(offsetMs) <= SKEW_MS, "warn") },
  ];
}

async function canSeal(): Promise<boolean> {
  try {
    const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    const iv = new Uint8Array(12);
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, Uint8Array.of(7));
    return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, sealed))[0] === 7;
  } catch {
    return false;
  }
}

async function hasWorker(): Promise<boolean> {
  try {
    return Boolean((await navigator.serviceWorker?.getRegistration?.())?.active);
  } catch {
    return false;
  }
}

/**
 * A private window loses everything when it is closed. Firefox and Safari refuse the private file system there, which
 * is certain; Chromium shows no more than a small quota, which is only likely, so there it is a warning.
 */
async function privateWord(): Promise<Check["word"]> {
  if (typeof navigator === "undefined" || !navigator.storage) return "ok";
  const heap = (performance as Performance & { memory?: { jsHeapSizeLimit: number } }).memory?.jsHeapSizeLimit;
  if (heap) {
    const quota = (await navigator.storage.estimate?.().catch(() => null))?.quota;
    return quota !== undefined && quota < heap * 2 ? "warn" : "ok";
  }
  const storage = navigator.storage as StorageManager & { getDirectory?: () => Promise<unknown> };
  if (!storage.getDirectory) return "ok";
  try {
    await storage.getDirectory();
    return "ok";
  } catch {
    return "bad";
  }
}

function readMark(): Emptied | null {
  try {
    const mark = JSON.parse(localStorage.getItem(MARK) ?? "null") as Partial<Emptied> | null;
    return typeof mark?.device_id === "string" && typeof mark.dev_seq === "number" ? (mark as Emptied) : null;
  } catch {
    return null;
  }
}

function writeMark(mark: Emptied): void {
  try {
    localStorage.setItem(MARK, JSON.stringify(mark));
  } catch {
    // Without it an emptied store is noticed by the service alone.
  }
}

/** What is told of this phone: numbers and states, nothing of a person. */
export async function heartbeatOf(
  store: Store,
  account: string,
  health: Health,
  more: { appVersion: string; drafts: number; clock: Heartbeat["clock"] },
): Promise<Heartbeat> {
  const device = await store.device();
  const unsent = await store.unsent(account);
  const report = await store.storage();
  return {
    device_id: device.device_id,
    max_dev_seq: device.dev_seq,
    unsent_ops: unsent.records,
    unsent_photos: unsent.photos,
    drafts: more.drafts,
    bytes_used: report.used,
    bytes_free: report.free,
    persisted: report.persisted,
    app_version: more.appVersion,
    clock: more.clock,
    health: Object.fromEntries(health.view.value.checks.map((each) => [each.name, each.word])),
    lost: await health.lost(),
  };
}
