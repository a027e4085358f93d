/** The few things the phone asks of its browser: ids, time, its own name, and when to look up. */
import type { Clock } from "../domain/submission.ts";

/** A random UUID (version 4); older engines have no `randomUUID`. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** The phone's clock; `offset` is what is known of the server's. */
export function browserClock(offset: () => number | null): Clock {
  return {
    read: () => ({
      wall: new Date().toISOString(),
      monotonic_ms: Math.round(performance.now()),
      offset_ms: offset(),
      zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    }),
  };
}

/** How the phone is called in the list of devices: system and browser, nothing personal. */
export function deviceLabel(agent: string): string {
  const system = /HarmonyOS|Android [\d.]+|iPhone OS [\d_]+|Windows NT|Mac OS X|Linux/.exec(agent)?.[0] ?? "?";
  const browser = /(MicroMessenger|HuaweiBrowser|MiuiBrowser|HeyTapBrowser|VivoBrowser|Edg|Firefox|Chrome|Version)\/[\d]+/.exec(agent)?.[0] ?? "?";
  return `${system.replace(/_/g, ".")} · ${browser}`;
}

/** Call `wake` whenever the network or the user comes back; returns how to stop. */
export function onWake(wake: (why: "online" | "seen") => void): () => void {
  if (typeof window === "undefined") return () => undefined;
  const online = () => wake("online");
  const seen = () => {
    if (document.visibilityState === "visible") wake("seen");
  };
  window.addEventListener("online", online);
  window.addEventListener("focus", seen);
  window.addEventListener("pageshow", seen);
  document.addEventListener("visibilitychange", seen);
  return () => {
    window.removeEventListener("online", online);
    window.removeEventListener("focus", seen);
    window.removeEventListener("pageshow", seen);
    document.removeEventListener("visibilitychange", seen);
  };
}

/** Tell other tabs of this phone that the store changed; `heard` runs when they tell us. */
export function otherTabs(name: string, heard: () => void): { tell(): void; close(): void } {
  if (typeof BroadcastChannel === "undefined") return { tell: () => undefined, close: () => undefined };
  const channel = new BroadcastChannel(name);
  let open = true;
  channel.onmessage = heard;
  return {
    tell: () => {
      if (open) channel.postMessage("changed");
    },
    close: () => {
      open = false;
      channel.close();
    },
  };
}
