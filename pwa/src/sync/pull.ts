/**
 * Package and forms in. A package is kept only when it is whole and belongs to who is signed in; a form only
 * when its bytes have the announced digest. When the server's epoch has changed (it was restored from a backup)
 * everything sent is asked for again: what it lost is sent once more.
 */
import { isThere, type CoreEvent } from "../domain/core.ts";
import { doorstepOf } from "../domain/opening.ts";
import { classifyReply, readJson, type Reason, type Reply } from "../domain/outcome.ts";
import type { Package } from "../domain/wire.ts";
import type { Api } from "../net/types.ts";
import type { Store } from "../store/types.ts";
import { changedLines, livesOf } from "./lives.ts";
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

/** Fetch the package and the forms it names that are not here yet. */
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
  // The new life is noted only when all that was sent has been asked for: killed in between, it is asked again.
  if (before && before.package.epoch !== pack.epoch) await refill(context);
  // Killed in between, the old package stays and is soon fetched anew: a new one never lacks forms that could be had.
  const end = await pullForms(context, pack);
  await store.savePackage(account, reply.text, askedAt);
  await noteReleased(context, pack);
  // An old form that stays is no harm; a package that did not come would be.
  if (end.ok) await store.forgetForms().catch(() => undefined);
  return end;
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
  const rows = await context.store.outbox(context.account);
  const submissions = await context.store.submissions(context.account);
  const lives = [...livesOf(rows, submissions)].filter(([, life]) => !life.purged && isThere(life.op));
  const digests = new Map(rows.map((row) => [row.id, row.sha256 ?? ""]));
  const bodies = new Map(submissions.map((row) => [row.op_id, row.digest]));
  for (let at = 0; at < lives.length; at += ASK) {
    const part = lives.slice(at, at + ASK);
    const photos = part.flatMap(([, life]) => Object.keys(life.photos).filter((id) => isThere(life.photos[id])));
    const ask = { ops: part.map(([op_id]) => ({ op_id, digest: bodies.get(op_id) ?? "" })), photos: photos.map((id) => digests.get(id) ?? "") };
    const missing = readMissing(await context.api.postHave(context.token, ask));
    for (const [opId, life] of part) {
      const lost = (id: string) => missing !== null && missing.photos.has(digests.get(id) ?? "");
      const event: CoreEvent = {
        type: "asked",
        lacks_op: missing && missing.ops.has(opId),
        lacks_photos: missing && Object.keys(life.photos).filter(lost),
      };
      const changes = changedLines(opId, life, event);
      await context.store.updateOutbox(changes);
      if (changes.length > 0) await context.store.noteProof(opId, null);
    }
  }
}

/** Records that the office has looked at and released are no longer held here either. */
async function noteReleased(context: PullContext, pack: Package): Promise<void> {
  const counted = new Set<string>();
  for (const sample of pack.samples) {
    for (const event of sample.events ?? []) if (!doorstepOf(event).held) counted.add(event.op_id);
  }
  for (const [opId, life] of livesOf(await context.store.outbox(context.account))) {
    if (!counted.has(opId)) continue;
    const changes = changedLines(opId, life, { type: "released" });
    await context.store.updateOutbox(changes.map(({ id, change }) => ({ id, change: { ...change, problem: null } })));
  }
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
