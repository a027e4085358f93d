/**
 * A small service behind `fetch`, as strict as the contract: it keeps bytes, signs receipts with a real P-256 key,
 * and can be told to lose answers, lie, or be away. It is the other side of the line, not a stand-in for our code.
 */
import { sha256Hex } from "../src/domain/text.ts";
import type { Op, Package, Receipt, RecordState, SyncEnvelope } from "../src/domain/wire.ts";

export interface Seen {
  origin: string;
  method: string;
  path: string;
  headers: Headers;
  bytes: Uint8Array;
}

/** Asked before the service answers; returns an answer of its own, "lose" (done, but the reply is lost), or null. */
export type Fault = (seen: Seen) => Response | "lose" | "away" | null;

export interface Kept {
  op: Op;
  receipt: Receipt;
  state: RecordState;
}

const ORIGIN = "https://ruhu.test";

export async function startServer() {
  const keys = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
  const spki = base64(new Uint8Array(await crypto.subtle.exportKey("spki", keys.publicKey)));
  const boxKeys = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);
  const boxSpki = base64(new Uint8Array(await crypto.subtle.exportKey("spki", boxKeys.publicKey)));
  const ops = new Map<string, Kept>();
  const photos = new Map<string, Uint8Array>();
  const parts = new Map<string, Uint8Array>();
  const seen: Seen[] = [];
  const server = {
    origin: ORIGIN,
    ops,
    photos,
    parts,
    seen,
    fault: (() => null) as Fault,
    epoch: "epoch-1",
    keyId: "key-1",
    valid: true,
    held: new Set<string>(),
    /** A package that was made up already waits for this before it leaves. */
    hold: null as Promise<void> | null,
    pack: null as Partial<Package> | null,
    forms: new Map<string, string>(),
    /** The service's clock, for proofs. */
    now: () => new Date().toISOString(),
    /** Change what a proof says before it is signed. */
    lie: (proof: { ops: Record<string, string[]>; photos: Record<string, number>; nonce: string; at: string }) => proof,
    beats: [] as Record<string, unknown>[],
    gaps: [] as unknown[],
    receiptKey: { alg: "ES256", key_id: "key-1", spki },
    sign,
    isSigned,
    fetch: serve as typeof fetch,
    paths: () => seen.map((each) => `${each.method} ${each.path}`),
  };

  async function sign(text: string): Promise<string> {
    const data = new TextEncoder().encode(text);
    return base64(new Uint8Array(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, keys.privateKey, data)));
  }

  async function isSigned(text: string, signature: string): Promise<boolean> {
    const raw = new Uint8Array(Buffer.from(signature, "base64"));
    return crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, keys.publicKey, raw, new TextEncoder().encode(text));
  }

  async function receiptFor(op: Op, state: RecordState): Promise<Receipt> {
    const text = JSON.stringify({
      op_id: op.op_id,
      digest: op.digest,
      state,
      server_seq: ops.size + 1,
      epoch: server.epoch,
      received_at: "2026-11-24T04:00:00Z",
    });
    return { text, signature: await sign(text), alg: "ES256", key_id: server.keyId };
  }

  async function serve(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
    const url = new URL(String(input));
    const one: Seen = {
      origin: url.origin,
      method: init.method ?? "GET",
      path: url.pathname,
      headers: new Headers(init.headers),
      bytes: await bytesOf(init.body),
    };
    seen.push(one);
    const fault = server.fault(one);
    if (fault === "away") throw new TypeError("network");
    if (fault instanceof Response) return fault;
    const response = await answer(one);
    if (fault === "lose") throw new TypeError("network");
    return response;
  }

  async function answer(one: Seen): Promise<Response> {
    const path = one.path.replace("/api/v1", "");
    if (path === "/sign-in") return signIn(one);
    if (!server.valid) return problem(401, "signed-out", "after-sign-in");
    if (path === "/sync/package") {
      const made = packageNow();
      await server.hold;
      return json(made);
    }
    if (path.startsWith("/forms/")) return raw(server.forms.get(path) ?? "", 200);
    if (path === "/sync") return sync(one);
    if (path === "/sync/have") return have(one);
    if (path === "/sync/verify") return verify(one);
    if (path === "/sync/heartbeat") {
      server.beats.push(JSON.parse(text(one)) as Record<string, unknown>);
      return json({ epoch: server.epoch, gaps: server.gaps });
    }
    if (path === "/recovery") return recovery(one);
    if (path.startsWith("/photos/")) return put(one, path.slice(8));
    return upload(one, path);
  }

  function signIn(one: Seen): Response {
    const asked = JSON.parse(text(one)) as { account: string; password: string };
    if (asked.password !== "right") return problem(401, "wrong-password", "after-sign-in");
    const account = { account: asked.account, role: "inspector", scope: "640104", name: "林督查" };
    return json({ token: `token-${asked.account}`, expires_at: "2026-12-24T00:00:00Z", account }, 201);
  }

  function packageNow(): Package {
    return {
      epoch: server.epoch,
      cursor: "c1",
      receipt_key: { ...server.receiptKey, key_id: server.keyId },
      recovery_key: { alg: "ECDH-P256", key_id: "box-1", spki: boxSpki },
      account: { account: "lin", role: "inspector", scope: "640104", name: "林督查" },
      rounds: [],
      samples: [],
      forms: [],
      ...server.pack,
    };
  }

  async function sync(one: Seen): Promise<Response> {
    const envelope = JSON.parse(text(one)) as SyncEnvelope;
    const results = [];
    for (const op of envelope.ops) {
      const before = ops.get(op.op_id);
      if (before && before.op.digest !== op.digest) {
        results.push({ op_id: op.op_id, state: "conflict", receipt: await receiptFor(op, "conflict") });
        continue;
      }
      const state: RecordState = server.held.has(op.op_id) ? "quarantined" : "stored";
      const kept = before ?? { op, state, receipt: await receiptFor(op, state) };
      ops.set(op.op_id, kept);
      const reasons = { title: "待核", retry: "never", errors: [{ pointer: "#/answers/main/q", detail: "不在选项中" }] };
      results.push({
        op_id: op.op_id,
        state: kept.state,
        receipt: kept.receipt,
        ...(kept.state === "quarantined" ? { problem: reasons } : {}),
      });
    }
    return json({ results });
  }

  function have(one: Seen): Response {
    const asked = JSON.parse(text(one)) as { ops: { op_id: string; digest: string }[]; photos: string[] };
    return json({
      ops: asked.ops.filter((each) => ops.get(each.op_id)?.op.digest !== each.digest).map((each) => each.op_id),
      photos: asked.photos.filter((sha256) => !photos.has(sha256)),
    });
  }

  async function verify(one: Seen): Promise<Response> {
    const asked = JSON.parse(text(one)) as { nonce: string; ops: string[]; photos: string[] };
    const there = asked.ops.flatMap((id): [string, string[]][] => {
      const kept = ops.get(id);
      return kept ? [[id, [sha256Hex(kept.op.body)]]] : [];
    });
    const sizes = asked.photos.flatMap((sha256): [string, number][] => {
      const kept = photos.get(sha256);
      return kept && sha256Hex(kept) === sha256 ? [[sha256, kept.length]] : [];
    });
    const proof = { nonce: asked.nonce, epoch: server.epoch, at: server.now(), ops: Object.fromEntries(there), photos: Object.fromEntries(sizes) };
    const said = JSON.stringify(server.lie(proof));
    return json({ text: said, signature: await sign(said), alg: "ES256", key_id: server.keyId });
  }

  async function recovery(one: Seen): Promise<Response> {
    const asked = JSON.parse(text(one)) as { epk: string; iv: string; ct: string; device_id: string };
    const account = (one.headers.get("Authorization") ?? "").replace("Bearer token-", "");
    const purpose = `recovery|${account}|${asked.device_id}`;
    const [epk, iv, ct] = [asked.epk, asked.iv, asked.ct].map((each) => new Uint8Array(Buffer.from(each, "base64"))) as [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>];
    try {
      const theirs = await crypto.subtle.importKey("raw", epk, { name: "ECDH", namedCurve: "P-256" }, false, []);
      const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, boxKeys.privateKey, 256);
      const source = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
      const info = new TextEncoder().encode(`ruhu/box/1|${purpose}`);
      const key = await crypto.subtle.deriveKey({ name: "HKDF", hash: "SHA-256", salt: epk, info }, source, { name: "AES-GCM", length: 256 }, false, ["decrypt"]);
      const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData: new TextEncoder().encode(purpose) }, key, ct);
      return json({ bundle: base64(new Uint8Array(plain)) });
    } catch {
      return problem(404, "cannot-recover", "never");
    }
  }

  function announced(sha256: string): boolean {
    return [...ops.values()].some((kept) => kept.op.body.includes(sha256));
  }

  function put(one: Seen, sha256: string): Response {
    if (!announced(sha256)) return problem(404, "photo-not-announced", "later");
    if (sha256Hex(one.bytes) !== sha256) return problem(422, "digest-mismatch", "later");
    photos.set(sha256, one.bytes);
    return json({ sha256, bytes: one.bytes.length, state: "stored" }, 201);
  }

  function upload(one: Seen, path: string): Response {
    const tus = (status: number, headers: Record<string, string> = {}) =>
      new Response(null, { status, headers: { "Tus-Resumable": "1.0.0", ...headers } });
    if (one.method === "POST") {
      const sha256 = atob((/sha256 ([^,]+)/.exec(one.headers.get("Upload-Metadata") ?? "") ?? [])[1] ?? "");
      if (!announced(sha256)) return problem(404, "photo-not-announced", "later");
      const id = `${sha256}.${one.headers.get("Upload-Length")}`;
      if (!parts.has(id)) parts.set(id, new Uint8Array());
      return tus(201, { Location: `/api/v1/uploads/${id}` });
    }
    const id = path.replace("/uploads/", "");
    const part = parts.get(id);
    if (!part) return tus(404);
    if (one.method === "HEAD") return tus(200, { "Upload-Offset": String(part.length) });
    if (Number(one.headers.get("Upload-Offset")) !== part.length) return tus(409);
    const whole = new Uint8Array(part.length + one.bytes.length);
    whole.set(part);
    whole.set(one.bytes, part.length);
    parts.set(id, whole);
    const [sha256 = "", length] = id.split(".");
    if (whole.length === Number(length)) photos.set(sha256, whole);
    return tus(204, { "Upload-Offset": String(whole.length) });
  }

  return server;
}

export type TestServer = Awaited<ReturnType<typeof startServer>>;

export function json(value: unknown, status = 200): Response {
  return raw(JSON.stringify(value), status, "application/json");
}

export function raw(body: string, status = 200, type = "application/json"): Response {
  return new Response(body, { status, headers: { "Content-Type": type, Date: new Date().toUTCString() } });
}

export function problem(status: number, slug: string, retry: string, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify({ type: `/problems/${slug}`, title: slug, status, retry }), {
    status,
    headers: { "Content-Type": "application/problem+json", ...headers },
  });
}

export const PORTAL = "<html><body>欢迎使用免费无线网络,请先登录</body></html>";

function text(one: Seen): string {
  return new TextDecoder().decode(one.bytes);
}

async function bytesOf(body: BodyInit | null | undefined): Promise<Uint8Array> {
  if (body === null || body === undefined) return new Uint8Array();
  return new Uint8Array(await new Response(body).arrayBuffer());
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
