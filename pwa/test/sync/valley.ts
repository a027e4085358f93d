/**
 * One phone in a bad valley, from one seed: the app's own store, sync and core over a virtual disk, line and clock.
 *
 * The service is the strict one of test/server.ts, which is set back, loses pictures and holds records. After every step
 * and at rest it is checked what the phone has promised (reliability §2). `tests/model/valley.py` is the other half:
 * the service's own code with model phones.
 */
import { createApi } from "../../src/net/api.ts";
import { openStore } from "../../src/store/open.ts";
import type { Store } from "../../src/store/types.ts";
import { drainOutbox } from "../../src/sync/drain.ts";
import { newId } from "../../src/sync/environment.ts";
import { proveKept } from "../../src/sync/proof.ts";
import { pullPackage } from "../../src/sync/pull.ts";
import { createVerifier } from "../../src/sync/verify.ts";
import { CHEAP, sealsAVisit } from "../cast.ts";
import { cut, disk, isDead, killAfter, putDown, revive } from "../disk.ts";
import { json, PORTAL, raw, startServer, type Kept, type Seen, type TestServer } from "../server.ts";

const DAY = 86_400_000;
const KEEP = 30 * DAY;

/** An invariant that does not hold. */
export class Broken extends Error {
  constructor(readonly invariant: string, why: string) {
    super(`${invariant}: ${why}`);
  }
}

interface Promised {
  body: string;
  digest: string;
  dev_seq: number;
  photos: { sha256: string; bytes: number }[];
}

/** Numbers from a seed (mulberry32). */
export function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

let valleys = 0;

export class Valley {
  readonly trail: string[] = [];
  readonly promised = new Map<string, Promised>();
  private readonly name = `valley-${(valleys += 1)}-${Math.trunc(performance.now())}`;
  private readonly proofs = new Map<string, number[]>();
  private readonly verify = createVerifier();
  private now = Date.parse("2026-11-24T00:00:00Z");
  private backup: { at: number; ops: Map<string, Kept>; photos: Map<string, Uint8Array> } | null = null;
  private setBacks = 0;
  private server!: TestServer;
  private store!: Store;

  constructor(private readonly random: () => number) {}

  static async begin(seed: number): Promise<Valley> {
    revive();
    const valley = new Valley(numbers(seed));
    valley.server = await startServer();
    valley.server.now = () => new Date(valley.now).toISOString();
    valley.server.lie = (proof) => valley.notes(proof);
    await valley.open();
    await valley.pull();
    putDown(valley.name);
    return valley;
  }

  async end(): Promise<void> {
    this.store.close();
    revive();
  }

  // --- one step ---

  async act(): Promise<void> {
    const acts = ["seal", "seal", "send", "send", "send", "pull", "prove", "tick", "leap", "kill", "cut", "back", "set", "hold"] as const;
    const what = acts[Math.floor(this.random() * acts.length)]!;
    this.trail.push(what);
    this.server.fault = (seen) => this.befalls(seen);
    if (this.random() < 0.15) killAfter(Math.floor(this.random() * 12));
    await this[`do_${what}`]().catch((error: unknown) => {
      if (!isDead()) throw error;
    });
    if (isDead()) await this.restart();
    revive();
    await this.check();
  }

  private async do_seal(): Promise<void> {
    const sizes = Array.from({ length: Math.floor(this.random() * 3) }, () => 200 + Math.floor(this.random() * 300));
    const op = await sealsAVisit(this.store, this.promised.size + 1, sizes);
    const row = await this.store.submission(op.op_id);
    if (isDead() || !row) return;
    const photos = op.photos.map(({ sha256, bytes }) => ({ sha256, bytes }));
    this.promised.set(op.op_id, { body: op.body, digest: op.digest, dev_seq: row.dev_seq, photos });
  }

  private do_send = () => this.send();
  private do_pull = () => this.pull();
  private do_prove = () => this.prove();
  private do_kill = () => this.restart();

  private async do_tick(): Promise<void> {
    this.now += this.random() * DAY;
  }

  private async do_leap(): Promise<void> {
    this.now += [1, 15, 29, 30, 31][Math.floor(this.random() * 5)]! * DAY;
  }

  private async do_cut(): Promise<void> {
    this.store.close();
    cut(this.name);
    await this.open();
  }

  private async do_back(): Promise<void> {
    this.backup = { at: this.now, ops: new Map(this.server.ops), photos: new Map(this.server.photos) };
  }

  /** The service is restored from a backup of less than thirty days. */
  private async do_set(): Promise<void> {
    if (!this.backup || this.now - this.backup.at >= KEEP) return;
    this.setBacks += 1;
    replace(this.server.ops, this.backup.ops);
    replace(this.server.photos, this.backup.photos);
    this.server.parts.clear();
    this.server.epoch = `epoch-${this.setBacks + 1}`;
  }

  private async do_hold(): Promise<void> {
    const ids = [...this.promised.keys()];
    if (ids.length > 0) this.server.held.add(ids[Math.floor(this.random() * ids.length)]!);
  }

  // --- the line ---

  private befalls(seen: Seen): Response | "lose" | "away" | null {
    if (isDead()) return "away";
    if (this.random() > 0.35) return null;
    const kinds = ["lose", "lose", "away", "portal", "empty", "busy", "forged"] as const;
    const kind = kinds[Math.floor(this.random() * kinds.length)]!;
    if (kind === "lose" || kind === "away") return kind;
    if (kind === "portal") return raw(PORTAL, 200, "text/html");
    if (kind === "busy") return new Response("", { status: 503 });
    return kind === "forged" && seen.path.endsWith("/sync") ? this.forged(seen) : json({});
  }

  /** Receipts for the right bytes that nobody signed. */
  private forged(seen: Seen): Response {
    const { ops } = JSON.parse(new TextDecoder().decode(seen.bytes)) as { ops: { op_id: string; digest: string }[] };
    const results = ops.map(({ op_id, digest }) => {
      const text = JSON.stringify({ op_id, digest, state: "stored", server_seq: 1, epoch: this.server.epoch, received_at: "2026-11-24T00:00:00Z" });
      return { op_id, state: "stored", receipt: { text, signature: "A".repeat(86) + "==", alg: "ES256", key_id: "key-1" } };
    });
    return json({ results });
  }

  /** What the service has just proven, whole, and when. */
  private notes<T extends { ops: Record<string, string[]>; photos: Record<string, number> }>(proof: T): T {
    for (const op_id of Object.keys(proof.ops)) {
      const whole = this.promised.get(op_id)?.photos.every(({ sha256, bytes }) => proof.photos[sha256] === bytes);
      if (whole) this.proofs.set(op_id, [...(this.proofs.get(op_id) ?? []), this.now]);
    }
    return proof;
  }

  // --- the phone ---

  private async open(): Promise<void> {
    this.store = await openStore({ name: this.name, newId, now: () => this.instant(), label: "test", pinCost: CHEAP });
    await this.store.device();
  }

  private async restart(): Promise<void> {
    revive();
    this.store.close();
    await this.open();
  }

  private instant = () => new Date(this.now).toISOString();
  private api = () => createApi({ fetch: this.server.fetch, origin: this.server.origin });

  private async send(): Promise<void> {
    const { device_id: deviceId } = await this.store.device();
    await drainOutbox({
      store: this.store, api: this.api(), account: "lin", token: "token-lin", deviceId, verify: this.verify, now: this.instant,
      tick: () => 0, manual: false, onSending: () => undefined, onChange: () => undefined, onServerTime: () => undefined,
    });
  }

  private async pull(): Promise<void> {
    await pullPackage({ store: this.store, api: this.api(), account: "lin", token: "token-lin", now: this.instant, onServerTime: () => undefined });
  }

  /** The phone's own clock may say anything: it decides only whether to ask. */
  private async prove(): Promise<void> {
    const lie = this.random() < 0.3 ? 4000 * DAY : 0;
    await proveKept({ store: this.store, api: this.api(), account: "lin", token: "token-lin", verify: this.verify, newId, serverNow: () => this.now + lie });
  }

  // --- what must hold ---

  private async check(): Promise<void> {
    const rows = new Map((await this.store.submissions("lin")).map((row) => [row.op_id, row]));
    for (const [op_id, was] of this.promised) {
      const row = rows.get(op_id);
      if (!row) throw new Broken("I1", `${op_id} was called saved and is gone`);
      if (row.purged_at === null) {
        const body = (await this.store.submission(op_id))?.body;
        if (body !== was.body) throw new Broken("I1", `${op_id} was called saved and reads otherwise`);
      } else {
        this.wasProven(op_id);
      }
    }
    const numbers = [...rows.values()].map((row) => row.dev_seq).sort((a, b) => a - b);
    if (numbers.some((seq, at) => seq !== at + 1)) throw new Broken("I6", `numbers have gaps or doubles: ${numbers.join(" ")}`);
    await this.checkReceived();
  }

  /** I5: two proofs of every byte, thirty days apart. */
  private wasProven(op_id: string): void {
    const proofs = this.proofs.get(op_id) ?? [];
    const apart = proofs.length > 1 ? Math.max(...proofs) - Math.min(...proofs) : 0;
    if (apart < KEEP) throw new Broken("I5", `${op_id} was let go after ${proofs.length} proofs ${apart / DAY} days apart`);
  }

  /** I4: every believed receipt is signed by the service. I7: a picture that is called received is there. */
  private async checkReceived(): Promise<void> {
    for (const row of await this.store.outbox("lin")) {
      if (row.state !== "received" && row.state !== "held") continue;
      if (row.type === "op") {
        const kept = await this.store.receipt(row.op_id);
        if (!kept || !(await this.server.isSigned(kept.receipt.text, kept.receipt.signature))) throw new Broken("I4", `${row.op_id} is called received without a receipt of the service`);
      } else if (this.setBacks === 0 && !this.server.photos.has(row.sha256 ?? "")) {
        throw new Broken("I7", `a picture of ${row.op_id} is called received and is not there`);
      }
    }
  }

  /** The line is good: rounds until nothing waits; nobody presses a button. */
  async settle(): Promise<void> {
    this.server.fault = () => null;
    await this.restart();
    for (let turn = 0; turn < 30; turn += 1) {
      await this.pull();
      await this.send();
      await this.prove();
    }
    await this.check();
    await this.checkRest();
  }

  /** I11: what is called received is on the service, whatever it was set back to. I10: nothing waits for ever. */
  private async checkRest(): Promise<void> {
    const lines = await this.store.outbox("lin");
    for (const row of lines) {
      const isCalledThere = row.state === "received" || row.state === "held";
      const isThere = row.type === "photo" ? this.server.photos.has(row.sha256 ?? "") : this.server.ops.get(row.op_id)?.op.body === this.promised.get(row.op_id)?.body;
      if (isCalledThere && !isThere && this.promised.has(row.op_id)) throw new Broken("I11", `${row.id} is called received and is not on the service`);
    }
    const waiting = lines.filter((row) => row.state !== "received" && row.state !== "held");
    if (waiting.length > 0) throw new Broken("I10", `${waiting.length} lines wait for ever: ${waiting[0]?.state}`);
    const known = new Set(lines.map((row) => row.op_id));
    for (const op_id of this.promised.keys()) if (!known.has(op_id)) throw new Broken("I1", `${op_id} has no line`);
  }
}

function replace<K, V>(map: Map<K, V>, by: Map<K, V>): void {
  map.clear();
  for (const [key, value] of by) map.set(key, value);
}

/** One history to its end. */
export async function run(seed: number, steps: number): Promise<Valley> {
  const valley = await Valley.begin(seed);
  try {
    for (let step = 0; step < steps; step += 1) await valley.act();
    await valley.settle();
  } catch (error) {
    if (error instanceof Broken) error.message += ` (seed ${seed}, after: ${valley.trail.join(" ")})`;
    throw error;
  } finally {
    await valley.end();
    disk.left = Infinity;
  }
  return valley;
}
