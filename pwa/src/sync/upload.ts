/**
 * One photo up the line: a single PUT when it is small, tus 1.0 when it is not or when a PUT has failed.
 *
 * A 2xx alone proves nothing. Received means: our own digest in the answer's JSON, or tus's own headers at the
 * full offset, or the server's word in `/sync/have`.
 */
import { classifyReply, readJson, readProblem, type Outcome, type Reply } from "../domain/outcome.ts";
import type { Problem } from "../domain/wire.ts";
import type { OutboxRow } from "../store/types.ts";
import type { Api, UploadReply } from "../net/types.ts";
import { firstChunk, nextChunk, PUT_LIMIT } from "../domain/limits.ts";

/** `problem` beside `received`: the bytes are kept, and something is wrong with the picture. */
export type PhotoOutcome = { word: "received"; problem?: Problem | null } | NotReceived;

export interface Line {
  api: Api;
  token: string;
  /** Monotonic milliseconds, to measure the line. */
  tick: () => number;
  /** Remember (or with null forget) where an upload lives. */
  keepUrl: (url: string | null) => Promise<void>;
}

type NotReceived = Exclude<Outcome, { word: "received" }>;

const RECEIVED: PhotoOutcome = { word: "received" };
/** Answers in a row that bring no byte forward before this try ends. */
const PATIENCE = 3;

/** Send one photo's bytes; `row` tells how often it was tried and where an upload was begun. */
export async function sendPhoto(line: Line, row: OutboxRow, bytes: ArrayBuffer, type: string): Promise<PhotoOutcome> {
  const sha256 = row.sha256 ?? "";
  const isPlain = bytes.byteLength <= PUT_LIMIT && row.tries === 0;
  const outcome = isPlain ? await put(line, sha256, bytes, type) : await tus(line, row, sha256, new Uint8Array(bytes), type);
  return outcome.word === "needs-person" ? keptAllTheSame(line, sha256, outcome) : outcome;
}

/** What is no picture is refused as one and kept as bytes: it need not go again, and whoever took it should know. */
async function keptAllTheSame(line: Line, sha256: string, refused: NotReceived): Promise<PhotoOutcome> {
  const asked = await confirm(line, sha256);
  return asked.word === "received" ? { word: "received", problem: refused.problem } : refused;
}

/** What `/sync/have` says is missing; null when the answer is not ours. */
export function readMissing(reply: Reply): { ops: Set<string>; photos: Set<string> } | null {
  if (classifyReply(reply)) return null;
  const json = readJson(reply) as { ops?: unknown; photos?: unknown } | null;
  if (!json || !Array.isArray(json.ops) || !Array.isArray(json.photos)) return null;
  return { ops: new Set(json.ops as string[]), photos: new Set(json.photos as string[]) };
}

async function put(line: Line, sha256: string, bytes: ArrayBuffer, type: string): Promise<PhotoOutcome> {
  const reply = await line.api.putPhoto(line.token, sha256, bytes, type);
  if (reply.kind === "no-reply" || reply.status < 200 || reply.status > 299) return failed(reply);
  const answer = readJson(reply) as { sha256?: unknown } | null | undefined;
  return answer?.sha256 === sha256 ? RECEIVED : confirm(line, sha256);
}

/** The answer was no proof: ask. */
async function confirm(line: Line, sha256: string): Promise<PhotoOutcome> {
  const reply = await line.api.postHave(line.token, { ops: [], photos: [sha256] });
  const missing = readMissing(reply);
  if (!missing) return failed(reply);
  return missing.photos.has(sha256) ? later("photo-not-kept") : RECEIVED;
}

async function tus(line: Line, row: OutboxRow, sha256: string, bytes: Uint8Array, type: string): Promise<PhotoOutcome> {
  let url = row.upload_url;
  for (let begun = 0; begun < 2; begun += 1) {
    let offset: number | null = null;
    if (url === null) {
      const made = await line.api.createUpload(line.token, sha256, bytes.byteLength, type);
      if (!isGood(made) || made.location === null) return failedUpload(made);
      url = made.location;
      offset = made.offset;
      await line.keepUrl(url);
    }
    const end = await pushFrom(line, url, offset, bytes, firstChunk(row.tries));
    if (end !== "gone") return end;
    url = null;
    await line.keepUrl(null);
  }
  return later("server-error");
}

/** Push chunks until the server has all; "gone" when the upload no longer exists there. */
async function pushFrom(
  line: Line,
  url: string,
  known: number | null,
  bytes: Uint8Array,
  firstSize: number,
): Promise<PhotoOutcome | "gone"> {
  let offset = known;
  let size = firstSize;
  let stuck = 0;
  while (stuck < PATIENCE) {
    if (offset === null) {
      const head = await line.api.uploadOffset(line.token, url);
      if (isGone(head)) return "gone";
      if (!isGood(head) || head.offset === null) return failedUpload(head);
      offset = head.offset;
      if (offset > bytes.byteLength) return "gone";
    }
    if (offset === bytes.byteLength) return RECEIVED;
    const began = line.tick();
    const sent = await line.api.sendChunk(line.token, url, offset, bytes.subarray(offset, offset + size));
    if (isGone(sent)) return "gone";
    if (isGood(sent) && sent.offset !== null && sent.offset > offset) {
      offset = sent.offset;
      size = nextChunk(size, line.tick() - began);
      stuck = 0;
    } else if (isGood(sent) || [409, 460].includes(statusOf(sent))) {
      // Another request moved the offset, nothing moved, or bytes changed on the way: the server's count decides.
      offset = null;
      stuck += 1;
    } else {
      return failedUpload(sent);
    }
  }
  return later("server-error");
}

function isGood(answer: UploadReply): boolean {
  const status = statusOf(answer);
  return answer.isTus && status >= 200 && status < 300;
}

/** 404 and 410: begin anew. */
function isGone(answer: UploadReply): boolean {
  return [404, 410].includes(statusOf(answer)) && readProblem(answer.reply)?.retry !== "after-sign-in";
}

function statusOf(answer: UploadReply): number {
  return answer.reply.kind === "reply" ? answer.reply.status : 0;
}

function failedUpload(answer: UploadReply): PhotoOutcome {
  // A HEAD has no body to say so in words.
  if (answer.isTus && statusOf(answer) === 401) {
    return { word: "sign-in", reason: "signed-out", problem: null, retryAfterMs: null };
  }
  return failed(answer.reply);
}

function failed(reply: Reply): PhotoOutcome {
  return classifyReply(reply) ?? later("not-our-server");
}

function later(reason: "photo-not-kept" | "server-error" | "not-our-server"): PhotoOutcome {
  return { word: "later", reason, problem: null, retryAfterMs: null };
}
