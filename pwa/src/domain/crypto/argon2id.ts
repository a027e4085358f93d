/**
 * Argon2id, version 0x13 (RFC 9106), in plain TypeScript.
 *
 * Written out here because the strict content policy knows no WebAssembly and the phones of 2020 do not load the
 * newer libraries. Slow on purpose, so it runs in a worker. Lanes are worked through one after the other.
 */
import { blake2b } from "./blake2b.ts";

export interface Argon2Cost {
  /** Memory in KiB, at least 8 × lanes. */
  memory: number;
  passes: number;
  lanes: number;
}

/** What the RFC's own test vectors need beside password and salt. */
export interface Argon2Extra {
  secret?: Uint8Array;
  data?: Uint8Array;
}

const VERSION = 0x13;
const TYPE_ID = 2;
const SLICES = 4;
/** A block is 1 KiB: 128 words of 64 bits, as 256 halves. */
const HALVES = 256;

/** `length` bytes from a password and a salt. Same inputs, same bytes, everywhere. */
export function argon2id(
  password: Uint8Array,
  salt: Uint8Array,
  cost: Argon2Cost,
  length: number,
  extra: Argon2Extra = {},
): Uint8Array {
  const { lanes, passes } = cost;
  const perLane = Math.max(2 * SLICES, SLICES * Math.floor(cost.memory / (SLICES * lanes)));
  const total = perLane * lanes;
  const memory = new Uint32Array(total * HALVES);
  const seed = firstHash(password, salt, cost, length, extra);
  for (let lane = 0; lane < lanes; lane += 1) {
    for (let i = 0; i < 2; i += 1) {
      memory.set(words(longHash(join(seed, le32(i), le32(lane)), 1024)), (lane * perLane + i) * HALVES);
    }
  }
  for (let pass = 0; pass < passes; pass += 1) {
    for (let slice = 0; slice < SLICES; slice += 1) {
      for (let lane = 0; lane < lanes; lane += 1) fillSegment(memory, { pass, slice, lane, perLane, total, cost });
    }
  }
  const last = new Uint32Array(HALVES);
  for (let lane = 0; lane < lanes; lane += 1) {
    const at = (lane * perLane + perLane - 1) * HALVES;
    for (let i = 0; i < HALVES; i += 1) last[i] = last[i]! ^ memory[at + i]!;
  }
  memory.fill(0);
  return longHash(bytesOf(last), length);
}

function firstHash(password: Uint8Array, salt: Uint8Array, cost: Argon2Cost, length: number, extra: Argon2Extra) {
  const secret = extra.secret ?? new Uint8Array();
  const data = extra.data ?? new Uint8Array();
  const head = [cost.lanes, length, cost.memory, cost.passes, VERSION, TYPE_ID].map(le32);
  const parts = [password, salt, secret, data].map((part) => join(le32(part.length), part));
  return blake2b(join(...head, ...parts), 64);
}

/** The hash of any length (H′ of the RFC). */
function longHash(input: Uint8Array, length: number): Uint8Array {
  const first = join(le32(length), input);
  if (length <= 64) return blake2b(first, length);
  const out = new Uint8Array(length);
  let v = blake2b(first, 64);
  let at = 0;
  while (length - at > 64) {
    out.set(v.subarray(0, 32), at);
    at += 32;
    v = blake2b(v, length - at > 64 ? 64 : length - at);
  }
  out.set(v, at);
  return out;
}

interface Segment {
  pass: number;
  slice: number;
  lane: number;
  perLane: number;
  total: number;
  cost: Argon2Cost;
}

function fillSegment(memory: Uint32Array, of: Segment): void {
  const { pass, slice, lane, perLane, cost } = of;
  const length = perLane / SLICES;
  const isBlind = pass === 0 && slice < SLICES / 2;
  const ask = new Uint32Array(HALVES);
  const address = new Uint32Array(HALVES);
  const nothing = new Uint32Array(HALVES);
  if (isBlind) [pass, 0, lane, 0, slice, 0, of.total, 0, cost.passes, 0, TYPE_ID, 0].forEach((each, i) => (ask[i] = each));
  const nextAddresses = () => {
    ask[12] = ask[12]! + 1;
    compress(nothing, 0, ask, 0, address, 0, false);
    compress(nothing, 0, address, 0, address, 0, false);
  };
  const start = pass === 0 && slice === 0 ? 2 : 0;
  if (isBlind && start > 0) nextAddresses();
  for (let i = start; i < length; i += 1) {
    const column = slice * length + i;
    const here = (lane * perLane + column) * HALVES;
    const before = (lane * perLane + (column === 0 ? perLane - 1 : column - 1)) * HALVES;
    if (isBlind && i % 128 === 0) nextAddresses();
    const low = isBlind ? address[(i % 128) * 2]! : memory[before]!;
    const high = isBlind ? address[(i % 128) * 2 + 1]! : memory[before + 1]!;
    const from = pass === 0 && slice === 0 ? lane : high % cost.lanes;
    const other = (from * perLane + referred(of, i, low, from === lane)) * HALVES;
    compress(memory, before, memory, other, memory, here, pass > 0);
  }
}

/** Column of the block that is mixed in, among those that are finished. */
function referred(of: Segment, i: number, random: number, isOwnLane: boolean): number {
  const { pass, slice, perLane } = of;
  const length = perLane / SLICES;
  const done = pass === 0 ? slice * length : perLane - length;
  const area = isOwnLane ? done + i - 1 : done - (i === 0 ? 1 : 0);
  const skewed = timesHigh(area, timesHigh(random, random));
  const start = pass === 0 || slice === SLICES - 1 ? 0 : (slice + 1) * length;
  return (start + area - 1 - skewed) % perLane;
}

/** The upper 32 bits of a product of 32-bit numbers. */
function timesHigh(a: number, b: number): number {
  const al = a & 0xffff;
  const ah = a >>> 16;
  const bl = b & 0xffff;
  const bh = b >>> 16;
  const mid = ah * bl + ((al * bl) >>> 16);
  return ah * bh + (mid - (mid % 65536)) / 65536 + ((((mid >>> 0) & 0xffff) + al * bh) >>> 16);
}

const R = new Uint32Array(HALVES);
const Z = new Uint32Array(HALVES);

/** G(x, y) of the RFC into `out`; from the second pass on over what is there. */
function compress(
  x: Uint32Array, xAt: number, y: Uint32Array, yAt: number, out: Uint32Array, outAt: number, isOver: boolean,
): void {
  for (let i = 0; i < HALVES; i += 1) Z[i] = R[i] = x[xAt + i]! ^ y[yAt + i]!;
  for (let row = 0; row < 8; row += 1) permute(row * 32, 2, 4);
  for (let column = 0; column < 8; column += 1) permute(column * 4, 2, 32);
  for (let i = 0; i < HALVES; i += 1) {
    const mixed = R[i]! ^ Z[i]!;
    out[outAt + i] = isOver ? out[outAt + i]! ^ mixed : mixed;
  }
}

/** P over sixteen words of Z: eight pairs, the words of a pair `word` halves apart, pairs `pair` halves apart. */
function permute(at: number, word: number, pair: number): void {
  const v0 = at, v1 = at + word, v2 = at + pair, v3 = v2 + word;
  const v4 = at + 2 * pair, v5 = v4 + word, v6 = at + 3 * pair, v7 = v6 + word;
  const v8 = at + 4 * pair, v9 = v8 + word, v10 = at + 5 * pair, v11 = v10 + word;
  const v12 = at + 6 * pair, v13 = v12 + word, v14 = at + 7 * pair, v15 = v14 + word;
  quarter(v0, v4, v8, v12);
  quarter(v1, v5, v9, v13);
  quarter(v2, v6, v10, v14);
  quarter(v3, v7, v11, v15);
  quarter(v0, v5, v10, v15);
  quarter(v1, v6, v11, v12);
  quarter(v2, v7, v8, v13);
  quarter(v3, v4, v9, v14);
}

/** a += b + 2·low(a)·low(b) on 64-bit words. */
function blamka(a: number, b: number): void {
  const al = Z[a]!;
  const bl = Z[b]!;
  const a0 = al & 0xffff;
  const a1 = al >>> 16;
  const b0 = bl & 0xffff;
  const b1 = bl >>> 16;
  const ll = Math.imul(a0, b0);
  const hl = Math.imul(a1, b0);
  const carry = (ll >>> 16) + (hl & 0xffff) + (Math.imul(a0, b1) >>> 0);
  const high = (Math.imul(a1, b1) + (hl >>> 16) + Math.floor(carry / 65536)) >>> 0;
  const low = Math.imul(al, bl) >>> 0;
  const sum = al + bl + ((low << 1) >>> 0);
  Z[a + 1] = Z[a + 1]! + Z[b + 1]! + ((high << 1) | (low >>> 31)) + Math.floor(sum / 4294967296);
  Z[a] = sum;
}

function quarter(a: number, b: number, c: number, d: number): void {
  blamka(a, b);
  let low = Z[d]! ^ Z[a]!;
  let high = Z[d + 1]! ^ Z[a + 1]!;
  Z[d] = high;
  Z[d + 1] = low;
  blamka(c, d);
  low = Z[b]! ^ Z[c]!;
  high = Z[b + 1]! ^ Z[c + 1]!;
  Z[b] = (low >>> 24) ^ (high << 8);
  Z[b + 1] = (high >>> 24) ^ (low << 8);
  blamka(a, b);
  low = Z[d]! ^ Z[a]!;
  high = Z[d + 1]! ^ Z[a + 1]!;
  Z[d] = (low >>> 16) ^ (high << 16);
  Z[d + 1] = (high >>> 16) ^ (low << 16);
  blamka(c, d);
  low = Z[b]! ^ Z[c]!;
  high = Z[b + 1]! ^ Z[c + 1]!;
  Z[b] = (high >>> 31) ^ (low << 1);
  Z[b + 1] = (low >>> 31) ^ (high << 1);
}

function le32(value: number): Uint8Array {
  return Uint8Array.of(value & 255, (value >>> 8) & 255, (value >>> 16) & 255, (value >>> 24) & 255);
}

function join(...parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function words(bytes: Uint8Array): Uint32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint32Array.from({ length: bytes.length / 4 }, (_, i) => view.getUint32(i * 4, true));
}

function bytesOf(halves: Uint32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(halves.length * 4));
  halves.forEach((half, i) => view.setUint32(i * 4, half, true));
  return new Uint8Array(view.buffer);
}
