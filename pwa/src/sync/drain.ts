/**
 * Empties the outbox: records first, in batches and in the order of sealing, then photos one by one.
 *
 * Every line ends each run with a state and a reason; nothing here deletes anything, shows anything or waits.
 * One record that the server chokes on never blocks another (domain/batches.ts).
 */
import { afterBatch, FIRST_RUN, type Answer } from "../domain/batches.ts";
import { afterTry, goesNow } from "../domain/core.ts";
import { classifyOutcome, classifyReply, type Outcome, type Reason, type Reply, type VerifySignature } from "../domain/outcome.ts";
import { sha256Hex } from "../domain/text.ts";
import type { Op, Problem, ReceiptKey } from "../domain/wire.ts";
import type { Api } from "../net/types.ts";
import type { OutboxChange, OutboxRow, ReceiptRow, Store } from "../store/types.ts";
import { batchLength } from "../domain/limits.ts";
import { changedLines, livesOf } from "./lives.ts";
import { readMissing, sendPhoto, type PhotoOutcome } from "./upload.ts";

export interface DrainContext {
  store: Store;
  api: Api;
  account: string;
  token: string;
  deviceId: string;
  verify: VerifySignature;
  now: () => string;
  tick: () => number;
  /** The inspector pressed the button: lines that were refused are tried again too. */
  manual: boolean;
  /** Which lines are on their way now; for showing only. */
  onSending: (ids: readonly string[]) => void;
  /** Something changed in the store. */
  onChange: () => void;
  /** The server's clock, from an answer that is proven to be its own. */
  onServerTime: (ms: number | null) => void;
}

/** How a run ended; `later` and `sign-in` stop it early. */
export interface DrainEnd {
  word: "done" | "later" | "sign-in";
  reason: Reason | null;
  problem: Problem | null;
  retryAfterMs: number | null;
  /** Lines that became received or held. */
  received: number;
  /** A receipt was signed with a key that is not known here: fetch the package and run again. */
  unknownKey: boolean;
}

type NotYet = Exclude<Outcome, { word: "received" }>;

/** Send what waits, once. Never throws for the network's or the server's faults; NotSaved passes through. */
export async function drainOutbox(context: DrainContext): Promise<DrainEnd> {
  const end: DrainEnd = {
    word: "done",
    reason: null,
    problem: null,
    retryAfterMs: null,
    received: 0,
    unknownKey: false,
  };
  try {
    if (await drainOps(context, end)) await drainPhotos(context, end);
  } finally {
    context.onSending([]);
  }
  return end;
}

async function drainOps(context: DrainContext, end: DrainEnd): Promise<boolean> {
  const all = await context.store.outbox(context.account);
  const lives = livesOf(all);
  const rows = all.filter((row) => {
    const life = lives.get(row.op_id);
    return row.type === "op" && life !== undefined && goesNow(life, context.manual).op;
  });
  const keys = (await context.store.package(context.account))?.keys ?? [];
  const known = new Map(rows.map((row) => [row.op_id, row]));
  let waiting = await loadOps(context, rows);
  let run = FIRST_RUN;
  while (waiting.length > 0) {
    const batch = waiting.slice(0, batchLength(waiting, run.most));
    const next = afterBatch(run, batch.length, await sendBatch(context, batch, known, keys, end));
    run = next.run;
    if (next.move === "end") return false;
    if (next.move === "on") waiting = waiting.slice(batch.length);
  }
  return true;
}

/** The ops as they will be sent; bytes that no longer match their digest are never sent. */
async function loadOps(context: DrainContext, rows: readonly OutboxRow[]): Promise<Op[]> {
  const ops: Op[] = [];
  for (const row of rows) {
    const kept = await context.store.submission(row.op_id);
    if (kept && sha256Hex(kept.body) === kept.digest) {
      ops.push({ op_id: kept.op_id, dev_seq: kept.dev_seq, digest: kept.digest, body: kept.body });
    } else {
      await note(context, row, { word: "needs-person", reason: "storage", problem: null, retryAfterMs: null });
    }
  }
  return ops;
}

async function sendBatch(
  context: DrainContext,
  batch: readonly Op[],
  rows: ReadonlyMap<string, OutboxRow>,
  keys: readonly ReceiptKey[],
  end: DrainEnd,
): Promise<Answer> {
  context.onSending(batch.map((op) => `op:${op.op_id}`));
  const reply = await context.api.postSync(context.token, { device_id: context.deviceId, ops: [...batch] });
  const whole = classifyReply(reply);
  const answer = whole ? answerOf(whole, reply) : "proper";
  // Choked on together: nothing is said of any one of them.
  if (batch.length > 1 && (answer === "refused" || answer === "failed")) return answer;
  const outcomes = await Promise.all(batch.map((op) => classifyOutcome(reply, op, keys, context.verify)));
  await keep(context, batch, outcomes, rows, end);
  if (outcomes.some((each) => each.word === "received") && reply.kind === "reply") {
    context.onServerTime(reply.serverTimeMs ?? null);
  }
  context.onChange();
  if (!whole) return follow(outcomes, end);
  stop(end, whole);
  return answer;
}

function answerOf(whole: NotYet, reply: Reply): Answer {
  if (whole.word === "needs-person") return "refused";
  const status = reply.kind === "reply" ? reply.status : 0;
  return status === 413 || (status >= 500 && whole.reason === "server-error") ? "failed" : "stop";
}

/** After a proper answer: go on, unless the server asked for a sign-in. */
function follow(outcomes: readonly Outcome[], end: DrainEnd): Answer {
  for (const outcome of outcomes) {
    if (outcome.word === "received") continue;
    if (outcome.word === "sign-in") {
      stop(end, outcome);
      return "stop";
    }
    if (outcome.reason === "unknown-key") end.unknownKey = true;
    remember(end, outcome);
  }
  return "proper";
}

/** Store receipts and states of a batch, strictly. */
async function keep(
  context: DrainContext,
  batch: readonly Op[],
  outcomes: readonly Outcome[],
  rows: ReadonlyMap<string, OutboxRow>,
  end: DrainEnd,
): Promise<void> {
  const receipts: { row: ReceiptRow; change: OutboxChange }[] = [];
  const changes: { id: string; change: OutboxChange }[] = [];
  batch.forEach((op, index) => {
    const outcome = outcomes[index];
    const row = rows.get(op.op_id);
    if (!outcome || !row) return;
    const change = changeOf(context, row, outcome);
    if (outcome.word !== "received") {
      changes.push({ id: row.id, change });
      return;
    }
    end.received += 1;
    receipts.push({
      row: {
        op_id: op.op_id,
        account: context.account,
        receipt: outcome.receipt,
        state: outcome.state,
        epoch: outcome.text.epoch,
        kept_at: context.now(),
      },
      change,
    });
  });
  await context.store.saveReceipts(receipts);
  await context.store.updateOutbox(changes);
}

async function drainPhotos(context: DrainContext, end: DrainEnd): Promise<void> {
  const all = await context.store.outbox(context.account);
  const going = new Set([...livesOf(all).values()].flatMap((life) => goesNow(life, context.manual).photos));
  const photos = all.filter((row) => going.has(row.id));
  const there = await alreadyThere(context, photos, end);
  if (!there) return;
  for (const row of photos) {
    if (there.has(row.sha256 ?? "")) {
      await note(context, row, { word: "received" });
      end.received += 1;
      continue;
    }
    const outcome = await sendOne(context, row);
    await note(context, row, outcome);
    if (isUnannounced(outcome)) await sendRecordAgain(context, row.op_id);
    if (outcome.word === "received") {
      end.received += 1;
      there.add(row.sha256 ?? "");
    } else if (outcome.word === "sign-in" || isLineDown(outcome)) {
      stop(end, outcome);
      return;
    } else {
      remember(end, outcome);
    }
  }
}

async function sendOne(context: DrainContext, row: OutboxRow): Promise<PhotoOutcome> {
  context.onSending([row.id]);
  const photo = await context.store.photo(row.photo_id ?? "");
  const bytes = await context.store.photoBytes(row.photo_id ?? "");
  if (!photo || !bytes) return { word: "needs-person", reason: "storage", problem: null, retryAfterMs: null };
  const { api, token, tick } = context;
  const keepUrl = (url: string | null) => context.store.updateOutbox([{ id: row.id, change: { upload_url: url } }]);
  return sendPhoto({ api, token, tick, keepUrl }, row, bytes, photo.type);
}

/** The service knows no record that names the photo: whatever it said of the record before, it does not have it now. */
function isUnannounced(outcome: PhotoOutcome): boolean {
  return "problem" in outcome && outcome.problem?.type === "/problems/photo-not-announced";
}

async function sendRecordAgain(context: DrainContext, opId: string): Promise<void> {
  const life = livesOf(await context.store.outbox(context.account)).get(opId);
  if (life) await context.store.updateOutbox(changedLines(opId, life, { type: "asked", lacks_op: true, lacks_photos: [] }));
}

/**
 * Photos that were tried before may have arrived although the answer was lost: ask before sending again.
 *
 * Null when the asking itself ended the run.
 */
async function alreadyThere(
  context: DrainContext,
  photos: readonly OutboxRow[],
  end: DrainEnd,
): Promise<Set<string> | null> {
  const tried = photos.filter((row) => row.tries > 0).map((row) => row.sha256 ?? "");
  if (tried.length === 0) return new Set();
  const asked = tried.slice(0, 500);
  const reply = await context.api.postHave(context.token, { ops: [], photos: asked });
  const bad = classifyReply(reply);
  if (bad && (bad.word === "sign-in" || isLineDown(bad))) {
    stop(end, bad);
    return null;
  }
  const missing = readMissing(reply);
  return new Set(missing ? asked.filter((sha256) => !missing.photos.has(sha256)) : []);
}

async function note(context: DrainContext, row: OutboxRow, outcome: Outcome | PhotoOutcome): Promise<void> {
  await context.store.updateOutbox([{ id: row.id, change: changeOf(context, row, outcome) }]);
  context.onChange();
}

/** Line after a try. A refused line keeps its reason and waits for the button. */
function changeOf(context: DrainContext, row: OutboxRow, outcome: Outcome | PhotoOutcome): OutboxChange {
  const tried = { tries: row.tries + 1, last_try_at: context.now(), last_word: outcome.word };
  if (outcome.word === "received") {
    const held = "state" in outcome && (outcome.state === "quarantined" || outcome.state === "conflict");
    const problem = outcome.problem ?? null;
    return { ...tried, state: afterTry("received", held), last_reason: null, problem };
  }
  return { ...tried, state: afterTry(outcome.word, false), last_reason: outcome.reason, problem: outcome.problem };
}

/** No answer at all, or a server that asks for quiet: trying the next photo would only cost battery. */
function isLineDown(outcome: NotYet): boolean {
  return (
    outcome.word === "later" &&
    ["offline", "timeout", "server-busy", "not-our-server"].includes(outcome.reason)
  );
}

function stop(end: DrainEnd, outcome: NotYet): false {
  remember(end, outcome);
  if (outcome.word === "sign-in") end.word = "sign-in";
  return false;
}

/** The run did not finish everything; the last reason is the one shown. A refused line needs no timer. */
function remember(end: DrainEnd, outcome: NotYet): void {
  end.reason = outcome.reason;
  end.problem = outcome.problem;
  end.retryAfterMs = Math.max(end.retryAfterMs ?? 0, outcome.retryAfterMs ?? 0) || null;
  if (outcome.word === "later" && end.word === "done") end.word = "later";
}
