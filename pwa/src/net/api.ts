/**
 * One fetch per call, with a time limit, and a reply that is a value.
 *
 * Nothing throws and nothing is judged here: what a reply means is domain/outcome.ts. Tokens travel in a header
 * only, never in an address; an address that the server names is used only on our own origin.
 */
import { toBase64 } from "../domain/base64.ts";
import { sha256 } from "../domain/sha256.ts";
import type { Reply } from "../domain/outcome.ts";
import type { Api, UploadReply } from "./types.ts";

export interface ApiOptions {
  /** Path of the API, `/api/v1`. */
  base?: string;
  /** Origin that addresses must have; the page's own. */
  origin?: string;
  fetch?: typeof fetch;
}

interface Call {
  method: string;
  url: string;
  token?: string;
  headers?: Record<string, string>;
  body?: BodyInit;
  /** Bytes on their way up, for the time limit. */
  bytes?: number;
}

const TUS = "1.0.0";
/** Slowest line that is still waited for, bytes per second. */
const SLOWEST = 3_000;
const PATIENCE_MS = 30_000;

/** A client for one origin. */
export function createApi(options: ApiOptions = {}): Api {
  const base = options.base ?? "/api/v1";
  const origin = options.origin ?? location.origin;
  const send = options.fetch ?? ((input, init) => fetch(input, init));

  async function exchange(call: Call): Promise<{ reply: Reply; headers: Headers | null }> {
    const stop = new AbortController();
    const limit = PATIENCE_MS + ((call.bytes ?? 0) / SLOWEST) * 1000;
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      stop.abort();
    }, limit);
    try {
      const response = await send(new URL(call.url, origin).href, {
        method: call.method,
        headers: { ...call.headers, ...(call.token ? { Authorization: `Bearer ${call.token}` } : {}) },
        ...(call.body !== undefined ? { body: call.body } : {}),
        signal: stop.signal,
        cache: "no-store",
        // The bearer alone speaks for the phone: a desk session in the same browser must not.
        credentials: "omit",
        redirect: "error",
      });
      const text = await response.text();
      return { reply: replyOf(response, text), headers: response.headers };
    } catch {
      return { reply: { kind: "no-reply", why: late ? "timeout" : "offline" }, headers: null };
    } finally {
      clearTimeout(timer);
    }
  }

  const json = async (method: string, path: string, token: string | undefined, value?: unknown): Promise<Reply> => {
    const body = value === undefined ? undefined : JSON.stringify(value);
    const headers = { Accept: "application/json", ...(body ? { "Content-Type": "application/json" } : {}) };
    const call: Call = { method, url: base + path, headers };
    if (token) call.token = token;
    if (body !== undefined) Object.assign(call, { body, bytes: body.length * 2 });
    return (await exchange(call)).reply;
  };

  async function tus(call: Call): Promise<UploadReply> {
    if (!isOurs(call.url)) return refusedUpload();
    const headers = { "Tus-Resumable": TUS, ...call.headers };
    const { reply, headers: got } = await exchange({ ...call, headers });
    return {
      reply,
      isTus: got?.get("Tus-Resumable") === TUS,
      location: resolve(call.url, got?.get("Location") ?? null),
      offset: wholeNumber(got?.get("Upload-Offset") ?? null),
    };
  }

  function isOurs(url: string): boolean {
    try {
      return new URL(url, origin).origin === new URL(origin).origin;
    } catch {
      return false;
    }
  }

  function resolve(from: string, target: string | null): string | null {
    if (target === null) return null;
    try {
      const url = new URL(target, new URL(from, origin));
      // Behind a proxy the server may know itself by another name: only the path counts.
      return url.pathname + url.search;
    } catch {
      return null;
    }
  }

  return {
    signIn: (account, password, device) => json("POST", "/sign-in", undefined, { account, password, device }),
    signOut: (token) => json("POST", "/sign-out", token),
    getPackage: (token) => json("GET", "/sync/package", token),
    getForm: async (token, url) =>
      isOurs(url)
        ? (await exchange({ method: "GET", url, token, headers: { Accept: "application/json" } })).reply
        : { kind: "no-reply", why: "stopped" },
    postSync: (token, envelope) => json("POST", "/sync", token, envelope),
    postHave: (token, ask) => json("POST", "/sync/have", token, ask),
    postVerify: (token, ask) => json("POST", "/sync/verify", token, ask),
    postRecovery: (token, ask) => json("POST", "/recovery", token, ask),
    postHeartbeat: (token, beat) => json("POST", "/sync/heartbeat", token, beat),
    putPhoto: async (token, sha256, bytes, type) =>
      (
        await exchange({
          method: "PUT",
          url: `${base}/photos/${sha256}`,
          token,
          headers: { "Content-Type": type },
          body: bytes,
          bytes: bytes.byteLength,
        })
      ).reply,
    createUpload: (token, sha256, length, type) =>
      tus({
        method: "POST",
        url: `${base}/uploads`,
        token,
        headers: {
          "Upload-Length": String(length),
          "Upload-Metadata": `sha256 ${btoa(sha256)},filetype ${btoa(type)}`,
        },
      }),
    uploadOffset: (token, url) => tus({ method: "HEAD", url, token }),
    sendChunk: (token, url, offset, bytes) =>
      tus({
        method: "PATCH",
        url,
        token,
        headers: {
          "Upload-Offset": String(offset),
          "Content-Type": "application/offset+octet-stream",
          // RFC 9530: a byte that changed on its way is found at once, not at the end of the photo.
          "Content-Digest": `sha-256=:${toBase64(sha256(bytes))}:`,
        },
        body: bytes as Uint8Array<ArrayBuffer>,
        bytes: bytes.byteLength,
      }),
  };
}

function replyOf(response: Response, text: string): Reply {
  return {
    kind: "reply",
    status: response.status,
    contentType: response.headers.get("Content-Type") ?? "",
    text,
    retryAfterMs: retryAfter(response.headers.get("Retry-After")),
    serverTimeMs: serverTime(response.headers.get("Date")),
  };
}

/** Retry-After in milliseconds: seconds or an HTTP date; at most an hour is believed. */
export function retryAfter(value: string | null, now: number = Date.now()): number | null {
  if (value === null || value.trim() === "") return null;
  const seconds = Number(value);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - now;
  return Number.isFinite(wait) ? Math.min(Math.max(wait, 0), 3_600_000) : null;
}

function serverTime(value: string | null): number | null {
  const at = value === null ? NaN : Date.parse(value);
  return Number.isFinite(at) ? at : null;
}

function wholeNumber(value: string | null): number | null {
  return value !== null && /^\d{1,15}$/.test(value) ? Number(value) : null;
}

function refusedUpload(): UploadReply {
  return { reply: { kind: "no-reply", why: "stopped" }, isTus: false, location: null, offset: null };
}
