/** The sync engine: package in, outbox out, in runs that the schedule starts. */
import type { Api } from "../net/types.ts";
import type { SessionRow, Store } from "../store/types.ts";
import { drainOutbox, type DrainEnd } from "./drain.ts";
import { wrapToService } from "./lock.ts";
import { proveKept } from "./proof.ts";
import { isPassing, pullPackage } from "./pull.ts";
import { createSchedule, type Schedule } from "./schedule.ts";
import type { PhoneState } from "./state.ts";
import type { PullResult } from "./types.ts";
import { createVerifier } from "./verify.ts";

/** A package older than this is fetched again when the inspector comes back to the app. */
const STALE_MS = 5 * 60_000;

export interface EngineParts {
  store: Store;
  api: Api;
  state: PhoneState;
  /** The store changed: tell other tabs, show it. */
  changed: () => Promise<void>;
  onServerTime: (ms: number | null) => void;
  lockName: string;
  random: () => number;
  newId: () => string;
  offset: () => number | null;
  /** After a run that reached the service: tell it how this phone is. */
  beat: (who: SessionRow) => Promise<void>;
}

export interface Engine {
  schedule: Schedule;
  pull(): Promise<PullResult>;
  /** The network or the inspector is back: is a run worthwhile? */
  woken(why: "online" | "seen"): void;
}

export function createEngine(parts: EngineParts): Engine {
  const { store, state } = parts;
  const verify = createVerifier();
  let pulling: Promise<PullResult> | null = null;

  const pull = () => (pulling ??= pullNow(parts).finally(() => (pulling = null)));

  async function drain(who: SessionRow, manual: boolean): Promise<DrainEnd> {
    const { device_id: deviceId } = await store.device();
    const end = await drainOutbox({
      store,
      api: parts.api,
      account: who.account,
      token: who.token,
      deviceId,
      verify,
      now: wallNow,
      tick: () => performance.now(),
      manual,
      onSending: (ids) => state.setSending(ids),
      onChange: () => void parts.changed(),
      onServerTime: parts.onServerTime,
    });
    if (end.word === "sign-in") await store.expireSession(who.account);
    await parts.changed();
    return end;
  }

  // A clock that was set back must not make a package fresh for ever.
  const isStale = () => {
    const age = state.packageAge(Date.now());
    return age > STALE_MS || age < -STALE_MS;
  };

  /** One run: package first if there is none (its keys check receipts), then the outbox, then news. */
  async function run(manual: boolean): Promise<DrainEnd> {
    // Locked: nothing can be read, so nothing is sent; opening starts a run.
    if (state.lock.value.isLocked) return IDLE;
    const who = await store.session();
    if (!who?.valid) return ended("sign-in", { ok: false, reason: "signed-out", problem: null });
    let news = state.packageAge(Date.now()) === Infinity ? await pull() : null;
    let end = await drain(who, manual);
    const wantsNews = end.unknownKey || end.received > 0 || manual || isStale();
    if (end.word !== "sign-in" && wantsNews) {
      news = await pull();
      if (news.ok && end.unknownKey) end = await drain(who, manual);
    }
    const whole = after(end, news);
    if (whole.word === "done") await settle(who);
    return whole;
  }

  /** What has time: the way back for a forgotten PIN, proofs of what is kept, word of this phone. */
  async function settle(who: SessionRow): Promise<void> {
    const serverNow = () => Date.now() + (parts.offset() ?? 0);
    const { account, token } = who;
    await wrapToService(store, account);
    const end = await proveKept({ store, api: parts.api, account, token, verify, newId: parts.newId, serverNow });
    if (end.proven + end.lost + end.purged > 0) await parts.changed();
    await parts.beat(who);
  }

  const schedule = createSchedule({
    run,
    hasWork: async () => !state.lock.value.isLocked && state.hasWaiting(),
    nowMs: () => Date.now(),
    random: parts.random,
    lockName: parts.lockName,
    locks: typeof navigator === "undefined" ? undefined : navigator.locks,
  });

  return {
    schedule,
    pull,
    woken(why) {
      if (why === "online" || state.hasWaiting() || isStale()) schedule.kick();
    },
  };
}

async function pullNow(parts: EngineParts): Promise<PullResult> {
  const { store, api, onServerTime } = parts;
  if (parts.state.lock.value.isLocked) return { ok: false, reason: "signed-out", problem: null };
  const who = await store.session();
  if (!who?.valid) return { ok: false, reason: "signed-out", problem: null };
  const end = await pullPackage({ store, api, account: who.account, token: who.token, now: wallNow, onServerTime });
  if (!end.ok && end.reason === "signed-out") await store.expireSession(who.account);
  parts.state.forgetPackage();
  await parts.changed();
  return end;
}

const IDLE: DrainEnd = { word: "done", reason: null, problem: null, retryAfterMs: null, received: 0, unknownKey: false };

function wallNow(): string {
  return new Date().toISOString();
}

function ended(word: DrainEnd["word"], news: PullResult & { ok: false }): DrainEnd {
  return { word, reason: news.reason, problem: news.problem, retryAfterMs: null, received: 0, unknownKey: false };
}

/** The run's end with what came of the package: a passing failure is tried again, a refused token ends it. */
function after(end: DrainEnd, news: PullResult | null): DrainEnd {
  if (!news || news.ok || end.word !== "done") return end;
  if (news.reason === "signed-out") return ended("sign-in", news);
  return isPassing(news.reason) ? { ...ended("later", news), received: end.received } : end;
}
