/**
 * Locking and opening: PIN, the way back over the service, and locking by itself.
 *
 * Drafts come first: what is not on the disk is saved before keys are forgotten, and if it cannot be saved the keys
 * stay until it can; the screen is shut at once either way. Being locked stops sending and reading, never what is kept.
 */
import { fromBase64 } from "../domain/base64.ts";
import { classifyReply, readJson } from "../domain/outcome.ts";
import { pinFault } from "../domain/pin.ts";
import type { SessionRow, Store } from "../store/types.ts";
import type { Api } from "../net/types.ts";
import type { DraftKeeper } from "./draft-keeper.ts";
import type { PhoneState } from "./state.ts";
import type { Phone, PullResult } from "./types.ts";

export interface LockParts {
  store: Store;
  api: Api;
  state: PhoneState;
  changed: () => Promise<void>;
  /** Keepers that may hold unsaved changes. */
  keepers: Set<DraftKeeper>;
  pull: () => Promise<PullResult>;
  kick: () => void;
}

export function lockVerbs(parts: LockParts): Pick<Phone, "unlock" | "setPin" | "lockNow"> {
  const { store, state, keepers, changed } = parts;

  return {
    async unlock(pin) {
      const account = await store.currentAccount();
      if (account === null) return "failed";
      const end = await store.vaults.unlock(account, pin).catch(() => "failed" as const);
      if (end === "open") {
        state.openEyes();
        for (const keeper of keepers) void keeper.flush().catch(() => undefined);
      }
      await changed();
      if (end === "open") parts.kick();
      return end;
    },

    async setPin(pin) {
      const account = await store.currentAccount();
      if (account === null) return "failed";
      const fault = pinFault(pin, account);
      if (fault) return fault;
      try {
        if (!(await wrapToService(store, account))) {
          await parts.pull();
          if (!(await wrapToService(store, account))) return "offline";
        }
        await store.vaults.setPin(account, pin);
      } catch {
        return "failed";
      }
      state.requirePin(false);
      await changed();
      return "done";
    },

    async lockNow() {
      if (!state.lock.value.hasPin) return false;
      state.shutEyes();
      const ends = await Promise.allSettled([...keepers].map((keeper) => keeper.flush()));
      const isSaved = ends.every((end) => end.status === "fulfilled");
      if (isSaved) {
        for (const keeper of keepers) keeper.close();
        keepers.clear();
        store.vaults.lock();
      }
      await changed();
      return isSaved;
    },
  };
}

/** Let the service be the way back, as soon as its key is known here. False: it is not known yet. */
export async function wrapToService(store: Store, account: string): Promise<boolean> {
  const key = (await store.package(account))?.package.recovery_key;
  if (!key) return (await store.vaults.state(account)).isRecoverable;
  await store.vaults.wrapToService(account, (await store.device()).device_id, key);
  return true;
}

/** Open an account's vault after a good sign-in: by itself, by its PIN being open already, or by the service. */
export async function openAfterSignIn(
  store: Store,
  api: Api,
  session: SessionRow,
): Promise<"open" | "needs-pin"> {
  const { account, token } = session;
  const vault = await store.vaults.state(account);
  if (vault.kind !== "pin" || vault.isOpen) {
    await store.vaults.ring(account);
    return "open";
  }
  const way = await store.vaults.recovery(account);
  if (!way) return "needs-pin";
  const reply = await api.postRecovery(token, { ...way.box, device_id: way.device_id });
  const answer = classifyReply(reply) ? null : (readJson(reply) as { bundle?: unknown } | null);
  if (typeof answer?.bundle !== "string") return "needs-pin";
  return (await store.vaults.openWith(account, fromBase64(answer.bundle))) ? "open" : "needs-pin";
}

export interface AutoLockOptions {
  /** Locks after this long without a touch, and after this long out of sight. */
  idleMs: number;
  hiddenMs: number;
  isOn: () => boolean;
  lock: () => void;
}

export const IDLE_MS = 10 * 60_000;
export const HIDDEN_MS = 3 * 60_000;
const LOOK_EVERY_MS = 5_000;

/** Lock by itself. Both clocks are asked: one stands still while the phone sleeps, the other can be set. */
export function startAutoLock(options: AutoLockOptions): () => void {
  if (typeof document === "undefined") return () => undefined;
  let touched = both();
  let hidden: [number, number] | null = null;
  const look = () => {
    if (!options.isOn()) return;
    if (longer(touched, options.idleMs) || (hidden && longer(hidden, options.hiddenMs))) {
      touched = both();
      hidden = null;
      options.lock();
    }
  };
  const touch = () => {
    look();
    touched = both();
  };
  const seen = () => {
    if (document.visibilityState === "hidden") hidden = both();
    else {
      look();
      hidden = null;
      touched = both();
    }
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  const touches = ["pointerdown", "keydown"] as const;
  for (const each of touches) addEventListener(each, touch, { capture: true, passive: true });
  document.addEventListener("visibilitychange", seen);
  return () => {
    clearInterval(timer);
    for (const each of touches) removeEventListener(each, touch, { capture: true });
    document.removeEventListener("visibilitychange", seen);
  };
}

function both(): [number, number] {
  return [Date.now(), performance.now()];
}

function longer([wall, steady]: [number, number], ms: number): boolean {
  return Date.now() - wall > ms || performance.now() - steady > ms;
}
