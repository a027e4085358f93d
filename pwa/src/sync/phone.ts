/** Puts store, client and engine together behind the one door that screens use. */
import { computed, signal } from "@preact/signals-core";
import { classifyReply, readJson } from "../domain/outcome.ts";
import { newDraft, sealOutcome, sealSubmission, type Clock, type Sealed } from "../domain/submission.ts";
import type { SignInAnswer } from "../domain/wire.ts";
import { createApi } from "../net/api.ts";
import type { Api } from "../net/types.ts";
import { openStore, type StoreOptions } from "../store/open.ts";
import type { SessionRow, Store } from "../store/types.ts";
import { registerWorker } from "../sw/register.ts";
import { draftCorrection } from "./correction.ts";
import { createDraftKeeper, type DraftKeeper } from "./draft-keeper.ts";
import { exportSealed } from "./export.ts";
import { createHealth, heartbeatOf, type Health } from "./health.ts";
import { HIDDEN_MS, IDLE_MS, lockVerbs, openAfterSignIn, startAutoLock } from "./lock.ts";
import { createEngine, type Engine } from "./engine.ts";
import { browserClock, deviceLabel, newId, onWake, otherTabs } from "./environment.ts";
import { createState, type PhoneState } from "./state.ts";
import type { Phone, SignInResult } from "./types.ts";

export interface PhoneOptions {
  dbName?: string;
  /** Path of the API. */
  base?: string;
  origin?: string;
  fetch?: typeof fetch;
  /** Path of the app; null: no service worker. */
  workerBase?: string | null;
  random?: () => number;
  /** What guessing a PIN costs; smaller in tests only. */
  pinCost?: StoreOptions["pinCost"];
}

/** What the verbs below share. */
interface Inside {
  store: Store;
  api: Api;
  state: PhoneState;
  engine: Engine;
  clock: Clock;
  changed: () => Promise<void>;
  health: Health;
  /** Keepers that may hold unsaved changes. */
  keepers: Set<DraftKeeper>;
}

/** Open the phone: store, session, package, outbox; starts syncing. Throws NotSaved when there is no storage. */
export async function openPhone(options: PhoneOptions = {}): Promise<Phone & { close(): void }> {
  const lockName = options.dbName ?? "ruhu";
  const agent = typeof navigator === "undefined" ? "" : (navigator.userAgent ?? "");
  const store = await openStore({
    name: lockName,
    newId,
    now: () => new Date().toISOString(),
    label: deviceLabel(agent),
    pinCost: options.pinCost,
  });
  const state = createState(store);
  const tabs = otherTabs(lockName, () => {
    state.forgetPackage();
    void quietly(heardOther(store, state));
  });
  const changed = async () => {
    tabs.tell();
    await quietly(state.refresh());
    await quietly(health.mark());
    health.refresh();
  };
  const time = await serverTime(store);
  const health = createHealth({ store, offset: time.offset });
  const clock = browserClock(time.offset);
  const api = createApi(options);
  const random = options.random ?? Math.random;
  const beat = heartbeats({ store, api, state, clock, health });
  const { heard: onServerTime, offset } = time;
  const engine = createEngine({ store, api, state, changed, onServerTime, lockName, random, newId, offset, beat });
  const keepers = new Set<DraftKeeper>();
  const inside: Inside = { store, api, state, engine, clock, changed, health, keepers };
  const update = options.workerBase === null ? null : registerWorker(options.workerBase ?? "/m/");
  const stopWaking = onWake((why) => {
    update?.check();
    engine.woken(why);
  });
  await quietly(state.refresh());
  const locks = lockVerbs({ store, api, state, changed, keepers, pull: () => engine.pull(), kick: () => engine.schedule.kick() });
  const stopLocking = startAutoLock({
    idleMs: IDLE_MS,
    hiddenMs: HIDDEN_MS,
    isOn: () => state.lock.value.hasPin && !state.lock.value.isLocked,
    lock: () => void locks.lockNow(),
  });
  const settling = setTimeout(() => void settleIn(inside));
  return {
    ...shown(inside),
    update: computed(() => ({ ready: (update?.ready ?? NEVER).value })),
    applyUpdate: () => update?.apply(),
    lock: state.lock,
    ...locks,
    ...healthVerbs(inside),
    ...sessionVerbs(inside),
    ...draftVerbs(inside),
    ...photoVerbs(inside),
    close() {
      clearTimeout(settling);
      stopWaking();
      stopLocking();
      engine.schedule.stop();
      tabs.close();
      store.close();
    },
  };
}

/** What may wait until the first screen is drawn: is everything still here, is this browser sound, then a first sync. */
async function settleIn({ store, state, engine, health }: Inside): Promise<void> {
  await quietly(health.mark());
  void quietly(health.check());
  if (!state.session.value) return;
  void store.persist();
  engine.schedule.kick();
}

function shown({ store, state, engine, clock }: Inside) {
  return {
    store,
    clock,
    appVersion: __APP_VERSION__,
    device: state.device,
    session: state.session,
    pack: state.pack,
    drafts: state.drafts,
    outbox: state.outbox,
    status: engine.schedule.status,
    pullPackage: () => engine.pull(),
    syncNow: () => engine.schedule.pressed(),
    form: <T>(sha256: string) => store.form<T>(sha256),
    storage: () => store.storage(),
  };
}

function sessionVerbs(inside: Inside): Pick<Phone, "signIn" | "signOut"> {
  const { store, api, state, changed } = inside;
  return {
    async signIn(account, password, forgot = false): Promise<SignInResult> {
      const { device_id: id, label } = await store.device();
      const reply = await api.signIn(account, password, { id, label });
      const bad = classifyReply(reply);
      if (bad) {
        const wrong = reply.kind === "reply" && (reply.status === 401 || bad.reason === "signed-out") && bad.problem;
        const { problem, retryAfterMs } = bad;
        return { ok: false, reason: wrong ? "wrong-password" : bad.reason, problem, retryAfterMs };
      }
      const session = readSignIn(readJson(reply));
      if (!session) return { ok: false, reason: "not-our-server", problem: null, retryAfterMs: null };
      return keepSession(inside, session, forgot);
    },

    async signOut() {
      await state.refresh();
      const { records, photos } = state.outbox.value;
      if (records + photos + state.drafts.value.length > 0) return "unsent";
      const token = state.session.value?.token;
      await store.endSession();
      store.vaults.lock();
      await changed();
      if (token) void api.signOut(token);
      return "done";
    },
  };
}

/** After a good sign-in: open the vault, keep the token in it. */
async function keepSession(inside: Inside, session: SessionRow, forgot: boolean): Promise<SignInResult> {
  const { store, api, state, engine, changed } = inside;
  // Another person's keys do not stay open beside these.
  if ((await store.currentAccount()) !== session.account) store.vaults.lock();
  const before = await store.vaults.state(session.account);
  const opened = await openAfterSignIn(store, api, session);
  if (opened === "needs-pin") return { ok: false, reason: "needs-pin", problem: null, retryAfterMs: null };
  state.requirePin(before.kind === "pin" && (forgot || before.isShut));
  state.openEyes();
  await store.saveSession(session);
  void store.persist();
  await changed();
  engine.schedule.kick();
  return { ok: true, session };
}

function healthVerbs({ store, state, health }: Inside): Pick<Phone, "health" | "checkHealth" | "acknowledgeLoss" | "exportSealed"> {
  return {
    health: health.view,
    checkHealth: () => health.check(),
    acknowledgeLoss: () => health.acknowledge(),
    async exportSealed(which) {
      const account = state.session.value?.account ?? "";
      const key = (await store.package(account))?.package.recovery_key;
      if (!key) throw new Error("the service's key is not known here yet");
      return exportSealed({ store, account, key, newId, now: () => new Date().toISOString(), which });
    },
  };
}

/** At most one a minute, and never in the way: a beat that does not arrive is followed by the next. */
const BEAT_MS = 60_000;

function heartbeats(of: Pick<Inside, "store" | "api" | "state" | "clock" | "health">) {
  const { store, api, state, clock, health } = of;
  let last = -Infinity;
  let lastSaid = "";
  return async (who: SessionRow): Promise<void> => {
    const { wall, offset_ms, zone } = clock.read();
    const drafts = state.drafts.value.length;
    const beat = await heartbeatOf(store, who.account, health, {
      appVersion: __APP_VERSION__, drafts, clock: { wall, offset_ms, zone },
    });
    const said = JSON.stringify([beat.max_dev_seq, beat.unsent_ops, beat.unsent_photos, beat.persisted, beat.health, beat.lost]);
    if (said === lastSaid && performance.now() - last < BEAT_MS) return;
    last = performance.now();
    const reply = await api.postHeartbeat(who.token, beat);
    const answer = classifyReply(reply) ? null : (readJson(reply) as { gaps?: unknown } | null);
    if (!answer) return;
    lastSaid = said;
    if (beat.lost) await health.told();
    if (Array.isArray(answer.gaps)) health.gaps(answer.gaps as never);
  };
}

/** Another tab changed the store: keys that it changed are forgotten here. */
async function heardOther(store: Store, state: PhoneState): Promise<void> {
  const account = await store.currentAccount();
  if (account !== null && (await store.vaults.isStale(account))) store.vaults.lock();
  await state.refresh();
}

type DraftVerbs = Pick<Phone, "beginDraft" | "beginCorrection" | "openDraft" | "discardDraft" | "sealDraft" | "sealOutcome">;

function draftVerbs({ store, state, engine, clock, changed, keepers }: Inside): DraftVerbs {
  /** Sealed ops whose end was not seen yet, by draft. */
  const pending = new Map<string, Sealed>();
  const options = { appVersion: __APP_VERSION__ };
  const account = () => state.session.value?.account ?? "";

  async function commit(sealed: Sealed): Promise<Sealed> {
    await store.commitSubmission(sealed);
    await changed();
    engine.schedule.kick();
    return sealed;
  }

  async function openDraft(draftId: string): Promise<DraftKeeper | null> {
    const draft = await store.draft(draftId);
    return draft ? kept(createDraftKeeper(store, draft)) : null;
  }

  function kept(keeper: DraftKeeper): DraftKeeper {
    for (const each of keepers) if (each.isClosed()) keepers.delete(each);
    keepers.add(keeper);
    return keeper;
  }

  return {
    openDraft,
    async beginDraft(of) {
      const same = state.drafts.value.find(
        (each) => each.corrects === null && each.sample_id !== null && each.sample_id === of.sample_id,
      );
      const known = same ? await openDraft(same.draft_id) : null;
      if (known) return known;
      const draft = await store.saveDraft(newDraft({ ...of, account: account() }, clock, newId));
      await changed();
      return kept(createDraftKeeper(store, draft));
    },
    async beginCorrection(opId, of) {
      const going = state.drafts.value.find((each) => each.corrects === opId);
      if (going) return openDraft(going.draft_id);
      const draft = await draftCorrection(store, clock, newId, opId, of);
      if (!draft) return null;
      await changed();
      return kept(createDraftKeeper(store, draft));
    },
    async discardDraft(draftId) {
      await store.discardDraft(draftId);
      await changed();
    },
    async sealDraft(keeper, answers) {
      const { draft_id } = keeper.draft.value;
      // A try whose end was not seen may have reached the disk: then it is that record, not a second one.
      const earlier = pending.get(draft_id);
      const reached = earlier && (await store.submission(earlier.op_id)) ? earlier : null;
      if (!reached) await keeper.flush();
      const sealed = reached ?? sealSubmission(keeper.draft.value, clock, newId, { ...options, answers });
      pending.set(draft_id, sealed);
      await commit(sealed);
      pending.delete(draft_id);
      keeper.close();
      return sealed;
    },
    sealOutcome: (of) => commit(sealOutcome({ ...of, account: account() }, clock, newId, options)),
  };
}

function photoVerbs({ store }: Inside): Pick<Phone, "savePhoto" | "photoUrl" | "discardPhoto"> {
  return {
    async savePhoto(keeper, question, bytes, type) {
      const ref = await store.savePhoto(keeper.draft.value, question, bytes, type);
      keeper.change({ photos: [...keeper.draft.value.photos, ref] });
      return ref;
    },
    async photoUrl(photoId) {
      const photo = await store.photo(photoId);
      const bytes = await store.photoBytes(photoId);
      return photo && bytes ? URL.createObjectURL(new Blob([bytes], { type: photo.type })) : null;
    },
    async discardPhoto(keeper, photoId) {
      keeper.change({ photos: keeper.draft.value.photos.filter((each) => each.photo_id !== photoId) });
      await keeper.flush();
      await store.discardPhoto(photoId);
    },
  };
}

const NEVER = signal(false);
/** Seconds are all that a Date header tells; smaller moves are not worth a write. */
const NOTED_MS = 2_000;

/** What is known of the server's clock, kept over restarts. */
async function serverTime(store: Store) {
  let offset = await store.offset();
  return {
    offset: () => offset,
    heard(ms: number | null): void {
      if (ms === null) return;
      const next = Math.round(ms - Date.now());
      const moved = offset === null || Math.abs(next - offset) > NOTED_MS;
      offset = next;
      if (moved) void quietly(store.saveOffset(next));
    },
  };
}

/** What fails here leaves the screen as it was; the next change shows it again. */
async function quietly(work: Promise<unknown>): Promise<void> {
  await work.catch(() => undefined);
}

function readSignIn(value: unknown): SessionRow | null {
  const answer = value as Partial<SignInAnswer> | null | undefined;
  const who = answer?.account;
  if (!answer || typeof answer.token !== "string" || typeof who?.account !== "string") return null;
  return { ...who, token: answer.token, expires_at: answer.expires_at ?? "", valid: true };
}
