/** Puts store, client and schedule together behind the one door that screens use. */
import { computed, signal } from "@preact/signals-core";
import { readJson, classifyReply } from "../domain/outcome.ts";
import { newDraft, sealOutcome, sealSubmission, type Sealed } from "../domain/submission.ts";
import type { SignInAnswer } from "../domain/wire.ts";
import { createApi } from "../net/api.ts";
import { openStore } from "../store/open.ts";
import type { SessionRow } from "../store/types.ts";
import { registerWorker } from "../sw/register.ts";
import { createDraftKeeper, type DraftKeeper } from "./draft-keeper.ts";
import { drainOutbox, type DrainEnd } from "./drain.ts";
import { browserClock, deviceLabel, newId, onWake, otherTabs } from "./environment.ts";
import { isPassing, pullPackage } from "./pull.ts";
import { createSchedule } from "./schedule.ts";
import { createState } from "./state.ts";
import type { Phone, PullResult, SignInResult } from "./types.ts";
import { createVerifier } from "./verify.ts";

export interface PhoneOptions {
  dbName?: string;
  /** Path of the API. */
  base?: string;
  origin?: string;
  fetch?: typeof fetch;
  /** Path of the app; null: no service worker (development). */
  workerBase?: string | null;
  random?: () => number;
}

/** A package older than this is fetched again when the inspector comes back to the app. */
const STALE_MS = 5 * 60_000;

/** Open the phone: store, session, package, outbox; starts syncing. Throws NotSaved when there is no storage. */
export async function openPhone(options: PhoneOptions = {}): Promise<Phone & { close(): void }> {
  const dbName = options.dbName ?? "ruhu";
  const now = () => new Date().toISOString();
  const agent = typeof navigator === "undefined" ? "" : (navigator.userAgent ?? "");
  const store = await openStore({ name: dbName, newId, now, label: deviceLabel(agent) });
  let offset = await store.offset();
  const clock = browserClock(() => offset);
  const api = createApi(options);
  const verify = createVerifier();
  const state = createState(store);
  const tabs = otherTabs(dbName, () => {
    state.forgetPackage();
    void quietly(state.refresh());
  });
  const update = options.workerBase === null ? null : registerWorker(options.workerBase ?? "/m/");
  const pending = new Map<string, Sealed>();
  let pulling: Promise<PullResult> | null = null;

  const changed = async () => {
    tabs.tell();
    await quietly(state.refresh());
  };

  function onServerTime(ms: number | null): void {
    if (ms === null) return;
    const next = Math.round(ms - Date.now());
    const moved = offset === null || Math.abs(next - offset) > 2_000;
    offset = next;
    if (moved) void quietly(store.saveOffset(next));
  }

  async function pull(): Promise<PullResult> {
    const who = await store.session();
    if (!who?.valid) return { ok: false, reason: "signed-out", problem: null };
    const end = await pullPackage({ store, api, account: who.account, token: who.token, now, onServerTime });
    if (!end.ok && end.reason === "signed-out") await store.expireSession(who.account);
    state.forgetPackage();
    await changed();
    return end;
  }

  const pullOnce = () => (pulling ??= pull().finally(() => (pulling = null)));

  async function drain(who: SessionRow, manual: boolean): Promise<DrainEnd> {
    const { device_id: deviceId } = await store.device();
    const onChange = () => void changed();
    const end = await drainOutbox({
      store, api, account: who.account, token: who.token, deviceId, verify, now, manual, onChange, onServerTime,
      tick: () => performance.now(),
      onSending: (ids) => state.setSending(ids),
    });
    if (end.word === "sign-in") await store.expireSession(who.account);
    await changed();
    return end;
  }

  /** One run: package first if there is none (its keys check receipts), then the outbox, then news. */
  async function run(manual: boolean): Promise<DrainEnd> {
    const who = await store.session();
    if (!who?.valid) return ended("sign-in", { ok: false, reason: "signed-out", problem: null });
    let news: PullResult | null = null;
    if (state.packageAge(Date.now()) === Infinity) news = await pullOnce();
    let end = await drain(who, manual);
    const stale = state.packageAge(Date.now()) > STALE_MS;
    if (end.word === "sign-in" || !(end.unknownKey || end.received > 0 || stale || manual)) return after(end, news);
    news = await pullOnce();
    if (news.ok && end.unknownKey) end = await drain(who, manual);
    return after(end, news);
  }

  const schedule = createSchedule({
    run,
    hasWork: async () => state.outbox.value.entries.some((each) => [each.op, ...each.photos].some((line) => line.state === "waiting")),
    nowMs: () => Date.now(),
    random: options.random ?? Math.random,
    lockName: `${dbName}-sync`,
    locks: typeof navigator === "undefined" ? undefined : navigator.locks,
  });

  const stopWaking = onWake((why) => {
    update?.check();
    if (why === "online" || state.outbox.value.records + state.outbox.value.photos > 0 || state.packageAge(Date.now()) > STALE_MS) {
      schedule.kick();
    }
  });

  async function commit(sealed: Sealed): Promise<Sealed> {
    await store.commitSubmission(sealed);
    await changed();
    schedule.kick();
    return sealed;
  }

  async function openDraft(draftId: string): Promise<DraftKeeper | null> {
    const draft = await store.draft(draftId);
    return draft ? createDraftKeeper(store, draft) : null;
  }

  await quietly(state.refresh());
  if (state.session.value) {
    void store.persist();
    schedule.kick();
  }

  return {
    store,
    clock,
    appVersion: __APP_VERSION__,
    device: state.device,
    session: state.session,
    pack: state.pack,
    drafts: state.drafts,
    outbox: state.outbox,
    status: schedule.status,
    update: computed(() => ({ ready: (update?.ready ?? never).value })),

    async signIn(account, password): Promise<SignInResult> {
      const { device_id: id, label } = await store.device();
      const reply = await api.signIn(account, password, { id, label });
      const bad = classifyReply(reply);
      if (bad) {
        const wrong = reply.kind === "reply" && (reply.status === 401 || bad.reason === "signed-out");
        const { problem, retryAfterMs } = bad;
        return { ok: false, reason: wrong ? "wrong-password" : bad.reason, problem, retryAfterMs };
      }
      const session = readSignIn(readJson(reply));
      if (!session) return { ok: false, reason: "not-our-server", problem: null, retryAfterMs: null };
      await store.saveSession(session);
      void store.persist();
      await changed();
      schedule.kick();
      return { ok: true, session };
    },

    async signOut() {
      await state.refresh();
      const { records, photos } = state.outbox.value;
      if (records + photos + state.drafts.value.length > 0) return "unsent";
      const token = state.session.value?.token;
      await store.endSession();
      await changed();
      if (token) void api.signOut(token);
      return "done";
    },

    pullPackage: pullOnce,
    syncNow: () => schedule.pressed(),
    form: (sha256) => store.form(sha256),

    async beginDraft(of) {
      const account = state.session.value?.account ?? "";
      const same = state.drafts.value.find((each) => each.sample_id !== null && each.sample_id === of.sample_id);
      const known = same ? await openDraft(same.draft_id) : null;
      if (known) return known;
      const draft = await store.saveDraft(newDraft({ ...of, account }, clock, newId));
      await changed();
      return createDraftKeeper(store, draft);
    },
    openDraft,
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
      const sealed =
        reached ?? sealSubmission(keeper.draft.value, clock, newId, { appVersion: __APP_VERSION__, answers });
      pending.set(draft_id, sealed);
      await commit(sealed);
      pending.delete(draft_id);
      keeper.close();
      return sealed;
    },
    sealOutcome: (of) =>
      commit(sealOutcome({ ...of, account: state.session.value?.account ?? "" }, clock, newId, { appVersion: __APP_VERSION__ })),

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

    storage: () => store.storage(),
    applyUpdate: () => update?.apply(),
    close() {
      stopWaking();
      schedule.stop();
      tabs.close();
      store.close();
    },
  };
}

const never = signal(false);

/** A refresh that fails leaves the screen as it was; the next change refreshes again. */
async function quietly(work: Promise<unknown>): Promise<void> {
  await work.catch(() => undefined);
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

function readSignIn(value: unknown): SessionRow | null {
  const answer = value as Partial<SignInAnswer> | null | undefined;
  const who = answer?.account;
  if (!answer || typeof answer.token !== "string" || typeof who?.account !== "string") return null;
  return { ...who, token: answer.token, expires_at: answer.expires_at ?? "", valid: true };
}
