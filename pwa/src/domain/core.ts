/**
 * The life of a record on the phone, as a pure state machine: the store, the network and the screens are shells.
 *
 *     SEALED → RECEIPTED → COMPLETE → VERIFIED → PURGED        beside it: HELD, AUTH, REFUSED
 *
 * Only facts come in: a checked receipt, the service's own count, a signed proof. No event takes anything away from
 * the phone but the second of two proofs that lie thirty days apart by the service's clock. Being revoked, signed out
 * or refused changes who may read, never what is kept. A model in Python walks the same cases
 * (tests/contracts/cases/phone_core.json).
 */

export type LineState = "waiting" | "received" | "held" | "auth" | "refused";

/** One record: its own line, its photos' lines by id, and the service's first proof of all of it. */
export interface Life {
  op: LineState;
  photos: Record<string, LineState>;
  /** The service's instant (RFC 3339) of the first proof; null while there is none. */
  verified_at: string | null;
  /** The payload has left the phone; row and receipt stay. */
  purged: boolean;
}

export type Word = "received" | "later" | "sign-in" | "needs-person";

export type CoreEvent =
  /** What came of sending the record; `held`: the service keeps it back for a person. */
  | { type: "op-tried"; word: Word; held: boolean }
  | { type: "photo-tried"; photo: string; word: Word }
  /** The service has begun a new life (epoch) and was asked what it lacks; `null`: it did not say. */
  | { type: "asked"; lacks_op: boolean | null; lacks_photos: string[] | null }
  /** The office released what it held. */
  | { type: "released" }
  /** A signed proof: whether the digest is ours, and which photos are there with our length. */
  | { type: "proven"; at: string; op: boolean; photos: string[] }
  /** Device or account was shut out, or signed out. */
  | { type: "revoked" }
  /** The app was killed and started again. */
  | { type: "restarted" };

export type Phase = "sealed" | "auth" | "refused" | "receipted" | "held" | "complete" | "verified" | "purged";

/** Days between the first proof and the one that lets the payload go. */
export const KEEP_DAYS = 30;
const KEEP_MS = KEEP_DAYS * 86_400_000;

export function newLife(photos: readonly string[]): Life {
  return { op: "waiting", photos: Object.fromEntries(photos.map((id) => [id, "waiting" as const])), verified_at: null, purged: false };
}

/** The life after an event. */
export function step(life: Life, event: CoreEvent): Life {
  if (life.purged) return life;
  switch (event.type) {
    case "op-tried":
      return { ...life, op: afterTry(event.word, event.held) };
    case "photo-tried":
      return event.photo in life.photos ? withPhotos(life, [event.photo], afterTry(event.word, false)) : life;
    case "asked":
      return afterAsking(life, event.lacks_op, event.lacks_photos);
    case "released":
      return life.op === "held" ? { ...life, op: "received" } : life;
    case "proven":
      return afterProof(life, event.at, event.op, event.photos);
    case "revoked":
    case "restarted":
      return life;
  }
}

/** State of a line after a try. A refused line keeps its reason and waits for the button. */
export function afterTry(word: Word, held: boolean): LineState {
  if (word === "received") return held ? "held" : "received";
  if (word === "sign-in") return "auth";
  return word === "needs-person" ? "refused" : "waiting";
}

/** Without a proper answer everything goes again: a second sending is harmless, a lost record is not. */
function afterAsking(life: Life, lacksOp: boolean | null, lacksPhotos: readonly string[] | null): Life {
  const op = isThere(life.op) && lacksOp !== false ? "waiting" : life.op;
  const again = Object.keys(life.photos).filter((id) => isThere(life.photos[id]) && (lacksPhotos === null || lacksPhotos.includes(id)));
  const lost = op !== life.op || again.length > 0;
  return { ...withPhotos(life, again, "waiting"), op, verified_at: lost ? null : life.verified_at };
}

function afterProof(life: Life, at: string, opIsOurs: boolean, there: readonly string[]): Life {
  // What is still on its way cannot be proven; the proof of the part that is there changes nothing.
  if (!isComplete(life)) return life;
  const lost = Object.keys(life.photos).filter((id) => !there.includes(id));
  if (!opIsOurs || lost.length > 0) {
    return { ...withPhotos(life, lost, "waiting"), op: opIsOurs ? life.op : "waiting", verified_at: null };
  }
  if (life.verified_at === null) return { ...life, verified_at: at };
  const age = Date.parse(at) - Date.parse(life.verified_at);
  return age >= KEEP_MS ? { ...life, purged: true } : life;
}

/** The name of where a record stands. */
export function phaseOf(life: Life): Phase {
  if (life.purged) return "purged";
  if (life.op === "waiting") return "sealed";
  if (life.op === "auth" || life.op === "refused") return life.op;
  if (life.verified_at !== null) return "verified";
  if (isComplete(life)) return life.op === "held" ? "held" : "complete";
  return life.op === "held" ? "held" : "receipted";
}

/** What may be sent now: the record first, its photos only when the record is there. */
export function goesNow(life: Life, isPressed: boolean): { op: boolean; photos: string[] } {
  const goes = (state: LineState | undefined) => state === "waiting" || state === "auth" || (state === "refused" && isPressed);
  if (life.purged) return { op: false, photos: [] };
  if (!isThere(life.op)) return { op: goes(life.op), photos: [] };
  return { op: false, photos: Object.keys(life.photos).filter((id) => goes(life.photos[id])) };
}

/** Whether a proof should be asked for: once when all is there, and again when thirty days have passed. */
export function wantsProof(life: Life, serverNow: number): boolean {
  if (life.purged || !isComplete(life)) return false;
  return life.verified_at === null || serverNow - Date.parse(life.verified_at) >= KEEP_MS;
}

/** Everything of it is on the server, as far as receipts and answers tell. */
export function isComplete(life: Life): boolean {
  return isThere(life.op) && Object.values(life.photos).every(isThere);
}

export function isThere(state: LineState | undefined): boolean {
  return state === "received" || state === "held";
}

function withPhotos(life: Life, ids: readonly string[], state: LineState): Life {
  if (ids.length === 0) return life;
  return { ...life, photos: { ...life.photos, ...Object.fromEntries(ids.map((id) => [id, state])) } };
}
