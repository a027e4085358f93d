/**
 * Package and forms in. A package is kept only when it is whole and belongs to who is signed in; a form only
 * when its bytes have the announced digest. When the server's epoch has changed (it was restored from a backup)
 * everything sent is asked for again: what it lost is sent once more.
 */
import { doorstepOf } from "../domain/opening.ts";
import { classifyReply, readJson, type Reason, type Reply } from "../domain/outcome.ts";
import type { Package } from "../domain/wire.ts";
import type { Api } from "../net/types.ts";
import type { OutboxRow, Store } from "../store/types.ts";
import type { PullResult } from "./types.ts";
import { readMissing } from "./upload.ts";

export interface PullContext {
  store: Store;
  api: Api;
  account: string;
  token: string;
  now: () => string;
  onServerTime: (ms: number | null) => void;
}

const ASK = 500;

/** Fetch the package, then the forms it names that are not here yet. */
export async function pullPackage(context: PullContext): Promise<PullResult> {
  const { store, api, account, token } = context;
  // The instant of asking: what the server took in later may not be in this package.
  const askedAt = context.now();
  const reply = await api.getPackage(token);
  const bad = classifyReply(reply);
  if (bad) return { ok: false, reason: bad.reason, problem: bad.problem };
  const pack = asPackage(readJson(reply));
  if (!pack || reply.kind !== "reply") return { ok: false, reason: "not-our-server", problem: null };
  if (pack.account.account !== account) return { ok: false, reason: "signed-out", problem: null };
  context.onServerTime(reply.serverTimeMs ?? null);
  const before = await store.package(account);
  await store.savePackage(account, reply.text, askedAt);
  if (before && before.package.epoch !== pack.epoch) await refill(context);
  await noteReleased(context, pack);
  return pullForms(context, pack);
}

async function pullForms(context: PullContext, pack: Package): Promise<PullResult> {
  let end: PullResult = { ok: true };
  for (const ref of pack.forms) {
    if (await context.store.hasForm(ref.sha256)) continue;
    const reply = await context.api.getForm(context.token, ref.url);
    const bad = classifyReply(reply);
    if (bad) {
      end = { ok: false, reason: bad.reason, problem: bad.problem };
      continue;
    }
    try {
      await context.store.saveForm(ref, textOf(reply));
    } catch {
      end = { ok: false, reason: "storage", problem: null };
    }
  }
  return end;
}

/** After a restore: what the server no longer has goes back to waiting; its old receipt stays as history. */
async function refill(context: PullContext): Promise<void> {
  const rows = (await context.store.outbox(context.account)).filter(
    (row) => row.state === "received" || row.state === "held",
  );
  for (let at = 0; at < rows.length; at += ASK) {
    const part = rows.slice(at, at + ASK);
    const ask = {
      ops: part.filter((row) => row.type === "op").map((row) => row.op_id),
      photos: part.filter((row) => row.type === "photo").map((row) => row.sha256 ?? ""),
    };
    const missing = readMissing(await context.api.postHave(context.token, ask));
    // Without a proper answer everything goes again: a second sending is harmless, a lost record is not.
    const lost = part.filter((row) => !missing || isMissing(row, missing));
    await context.store.updateOutbox(lost.map((row) => ({ id: row.id, change: { state: "waiting", upload_url: null } })));
  }
}

/** Records that the office has looked at and released are no longer held here either. */
async function noteReleased(context: PullContext, pack: Package): Promise<void> {
  const counted = new Set<string>();
  for (const sample of pack.samples) {
    for (const event of sample.events ?? []) if (!doorstepOf(event).held) counted.add(event.op_id);
  }
  const released = (await context.store.outbox(context.account)).filter(
    (row) => row.type === "op" && row.state === "held" && counted.has(row.op_id),
  );
  await context.store.updateOutbox(
    released.map((row) => ({ id: row.id, change: { state: "received", problem: null } })),
  );
}

function isMissing(row: OutboxRow, missing: { ops: Set<string>; photos: Set<string> }): boolean {
  return row.type === "op" ? missing.ops.has(row.op_id) : missing.photos.has(row.sha256 ?? "");
}

/** The package when it has all that the phone leans on, else null. */
function asPackage(value: unknown): Package | null {
  const pack = value as Partial<Package> | null | undefined;
  const whole =
    pack &&
    typeof pack.epoch === "string" &&
    typeof pack.receipt_key?.key_id === "string" &&
    typeof pack.receipt_key.spki === "string" &&
    typeof pack.account?.account === "string" &&
    [pack.rounds, pack.samples, pack.forms].every(Array.isArray);
  return whole ? (pack as Package) : null;
}

function textOf(reply: Reply): string {
  return reply.kind === "reply" ? reply.text : "";
}

/** Reasons after which a pull is worth repeating by itself. */
export function isPassing(reason: Reason): boolean {
  return ["offline", "timeout", "server-busy", "server-error", "not-our-server"].includes(reason);
}
