/**
 * Asks the service to prove that it holds what it has receipted, byte for byte, and only then ever lets go.
 *
 * The service reads back record and pictures, digests them anew and signs what it found together with our nonce and
 * its own time. An unsigned, foreign or repeated answer is no proof. The phone's clock decides nothing here: thirty
 * days are counted between two signed instants.
 */
import { step, wantsProof, type CoreEvent, type Life } from "../domain/core.ts";
import { classifyReply, readJson, type VerifySignature } from "../domain/outcome.ts";
import type { ReceiptKey } from "../domain/wire.ts";
import type { Api } from "../net/types.ts";
import type { OutboxRow, Store, SubmissionRow } from "../store/types.ts";
import { changedLines, livesOf } from "./lives.ts";

export interface ProofContext {
  store: Store;
  api: Api;
  account: string;
  token: string;
  verify: VerifySignature;
  newId: () => string;
  /** The service's time as far as it is known here; decides only whether to ask. */
  serverNow: () => number;
}

interface Proof {
  nonce: string;
  at: string;
  /** Several digests where the service keeps versions in conflict. */
  ops: Record<string, string[]>;
  photos: Record<string, number>;
}

/** Records asked about in one request, and requests in one run. */
const AT_ONCE = 20;
const MOST_REQUESTS = 5;

/** Ask about what wants a proof. Returns how many records were proven, lost on the server, and let go. */
export async function proveKept(context: ProofContext): Promise<{ proven: number; lost: number; purged: number }> {
  const end = { proven: 0, lost: 0, purged: 0 };
  const { store, account } = context;
  const rows = await store.outbox(account);
  const submissions = new Map((await store.submissions(account)).map((row) => [row.op_id, row]));
  const lives = [...livesOf(rows, [...submissions.values()])].filter(([, life]) => wantsProof(life, context.serverNow()));
  const lines = new Map(rows.map((row) => [row.id, row]));
  for (let at = 0; at < Math.min(lives.length, AT_ONCE * MOST_REQUESTS); at += AT_ONCE) {
    const part = lives.slice(at, at + AT_ONCE);
    const proof = await ask(context, part, lines);
    if (!proof) return end;
    for (const [opId, life] of part) {
      const row = submissions.get(opId);
      if (row) await settle(context, end, row, life, eventOf(proof, row, life, lines));
    }
  }
  return end;
}

/** The signed answer to a fresh question; null when there is none that can be believed. */
async function ask(context: ProofContext, part: [string, Life][], lines: ReadonlyMap<string, OutboxRow>): Promise<Proof | null> {
  const nonce = context.newId();
  const photos = part.flatMap(([, life]) => Object.keys(life.photos).map((id) => lines.get(id)?.sha256 ?? ""));
  const reply = await context.api.postVerify(context.token, { nonce, ops: part.map(([opId]) => opId), photos });
  if (classifyReply(reply)) return null;
  const signed = readJson(reply) as { text?: unknown; signature?: unknown; alg?: unknown; key_id?: unknown } | null;
  const keys = (await context.store.package(context.account))?.keys ?? [];
  const key = keys.find((each: ReceiptKey) => each.key_id === signed?.key_id && each.alg === signed.alg);
  if (!signed || !key || typeof signed.text !== "string" || typeof signed.signature !== "string") return null;
  const isRight = await context.verify(key, signed.text, signed.signature).catch(() => false);
  return isRight ? readProof(signed.text, nonce) : null;
}

function readProof(text: string, nonce: string): Proof | null {
  try {
    const proof = JSON.parse(text) as Partial<Proof>;
    const isWhole = proof.nonce === nonce && typeof proof.at === "string" && !Number.isNaN(Date.parse(proof.at)) && proof.ops && proof.photos;
    return isWhole ? (proof as Proof) : null;
  } catch {
    return null;
  }
}

function eventOf(proof: Proof, row: SubmissionRow, life: Life, lines: ReadonlyMap<string, OutboxRow>): CoreEvent {
  const there = Object.keys(life.photos).filter((id) => {
    const line = lines.get(id);
    return line && proof.photos[line.sha256 ?? ""] === line.bytes;
  });
  return { type: "proven", at: proof.at, op: (proof.ops[row.op_id] ?? []).includes(row.digest), photos: there };
}

async function settle(
  context: ProofContext,
  end: { proven: number; lost: number; purged: number },
  row: SubmissionRow,
  life: Life,
  event: CoreEvent,
): Promise<void> {
  const { store } = context;
  const after = step(life, event);
  const changes = changedLines(row.op_id, life, event);
  if (changes.length > 0) {
    end.lost += 1;
    await store.updateOutbox(changes);
  }
  if (after.verified_at !== row.verified_at) await store.noteProof(row.op_id, after.verified_at);
  if (after.verified_at !== null) end.proven += 1;
  if (after.purged && event.type === "proven") {
    end.purged += 1;
    await store.purge(row.op_id, event.at);
  }
}
