/**
 * What a reply means for an op: only a receipt that is right makes it `received`.
 *
 * A resolved request proves nothing: a hotel's log-in page answers 200 too. The server's own `retry` word
 * decides what happens next; the number of the status is read only where a reply carries no such word.
 * Never throws, whatever arrives.
 */
import type { Problem, Receipt, ReceiptKey, ReceiptText, RecordState, SyncResult } from "./wire.ts";

/** What came back over the network, or why nothing did. */
export type Reply =
  | {
      kind: "reply";
      status: number;
      contentType: string;
      text: string;
      retryAfterMs: number | null;
      /** The server's clock as the reply tells it, to the second. */
      serverTimeMs?: number | null;
    }
  | { kind: "no-reply"; why: "offline" | "timeout" | "stopped" };

export type OutcomeWord = "received" | "later" | "sign-in" | "needs-person";

/** Why an op is not received yet, as a word that the screens have a sentence for. */
export type Reason =
  | "offline"
  | "timeout"
  | "server-busy"
  | "server-error"
  | "not-our-server"
  | "bad-receipt"
  | "unknown-key"
  | "signed-out"
  | "refused"
  | "missing-result"
  | "photo-not-kept"
  | "record-first"
  | "storage";

export type Outcome =
  | { word: "received"; state: RecordState; receipt: Receipt; text: ReceiptText; problem: Problem | null }
  | { word: "later" | "sign-in" | "needs-person"; reason: Reason; problem: Problem | null; retryAfterMs: number | null };

/** Checks one ES256 signature; a port, because the domain knows no browser. */
export type VerifySignature = (key: ReceiptKey, text: string, signature: string) => Promise<boolean>;

/** The op that was sent, as far as its receipt must match it. */
export interface SentOp {
  op_id: string;
  digest: string;
}

/** A whole reply that holds no result: why, and what to do. `null` when it is a proper answer. */
export function classifyReply(reply: Reply): Exclude<Outcome, { word: "received" }> | null {
  if (reply.kind === "no-reply") return notYet("later", reply.why === "timeout" ? "timeout" : "offline");
  const problem = readProblem(reply);
  const wait = reply.retryAfterMs;
  if (reply.status >= 200 && reply.status < 300) {
    return readJson(reply) === undefined ? notYet("later", "not-our-server", null, wait) : null;
  }
  if (problem?.retry === "after-sign-in") return notYet("sign-in", "signed-out", problem, wait);
  if (problem?.retry === "never") return notYet("needs-person", "refused", problem, wait);
  if (reply.status === 401 && problem) return notYet("sign-in", "signed-out", problem, wait);
  if ([429, 502, 503, 504].includes(reply.status)) return notYet("later", "server-busy", problem, wait);
  return notYet("later", problem || reply.status >= 500 ? "server-error" : "not-our-server", problem, wait);
}

/** Outcome of one op in the reply to a batch. `keys` are all receipt keys the phone has met. */
export async function classifyOutcome(
  reply: Reply,
  op: SentOp,
  keys: readonly ReceiptKey[],
  verify: VerifySignature,
): Promise<Outcome> {
  const whole = classifyReply(reply);
  if (whole) return whole;
  const result = findResult(reply, op.op_id);
  if (!result) return notYet("later", resultsOf(reply) ? "missing-result" : "not-our-server");
  const problem = asProblem(result.problem);
  if (!result.receipt) {
    if (problem?.retry === "after-sign-in") return notYet("sign-in", "signed-out", problem);
    if (problem?.retry === "never") return notYet("needs-person", "refused", problem);
    return notYet("later", problem ? "server-error" : "bad-receipt", problem);
  }
  return checkReceipt(result.receipt, op, keys, verify, problem);
}

/** Whether a receipt is ours: known key, right signature over its exact text, our op_id and our digest. */
export async function checkReceipt(
  receipt: Receipt,
  op: SentOp,
  keys: readonly ReceiptKey[],
  verify: VerifySignature,
  problem: Problem | null = null,
): Promise<Outcome> {
  const text = readReceiptText(receipt);
  if (!text || receipt.alg !== "ES256") return notYet("later", "bad-receipt", problem);
  const key = keys.find((each) => each.key_id === receipt.key_id && each.alg === receipt.alg);
  if (!key) return notYet("later", "unknown-key", problem);
  if (text.op_id !== op.op_id || text.digest !== op.digest) return notYet("later", "bad-receipt", problem);
  const right = await verify(key, receipt.text, receipt.signature).catch(() => false);
  if (!right) return notYet("later", "bad-receipt", problem);
  return { word: "received", state: text.state, receipt, text, problem };
}

/** The problem document of a reply, when it really is one. */
export function readProblem(reply: Reply): Problem | null {
  if (reply.kind !== "reply" || !reply.contentType.includes("json")) return null;
  return asProblem(readJson(reply));
}

/** JSON of a reply; `undefined` when it is none (a portal's page, a cut text). */
export function readJson(reply: Reply): unknown {
  if (reply.kind !== "reply") return undefined;
  try {
    return JSON.parse(reply.text) as unknown;
  } catch {
    return undefined;
  }
}

const STATES: readonly string[] = ["stored", "stored_orphan", "quarantined", "conflict"];

function readReceiptText(receipt: Receipt): ReceiptText | null {
  if (typeof receipt.text !== "string" || typeof receipt.signature !== "string") return null;
  try {
    const text = JSON.parse(receipt.text) as Partial<ReceiptText> | null;
    if (!text || typeof text.op_id !== "string" || typeof text.digest !== "string") return null;
    return STATES.includes(text.state ?? "") ? (text as ReceiptText) : null;
  } catch {
    return null;
  }
}

function resultsOf(reply: Reply): unknown[] | null {
  const json = readJson(reply) as { results?: unknown } | null | undefined;
  return json && Array.isArray(json.results) ? json.results : null;
}

function findResult(reply: Reply, opId: string): SyncResult | null {
  for (const each of resultsOf(reply) ?? []) {
    const result = each as SyncResult | null;
    if (result && typeof result === "object" && result.op_id === opId) return result;
  }
  return null;
}

function asProblem(value: unknown): Problem | null {
  if (!value || typeof value !== "object" || Array.isArray(value)) return null;
  const problem = value as Problem;
  return problem.type !== undefined || problem.title !== undefined || problem.retry !== undefined ? problem : null;
}

function notYet(
  word: "later" | "sign-in" | "needs-person",
  reason: Reason,
  problem: Problem | null = null,
  retryAfterMs: number | null = null,
): Exclude<Outcome, { word: "received" }> {
  return { word, reason, problem, retryAfterMs };
}
