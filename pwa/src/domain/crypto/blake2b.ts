/**
 * BLAKE2b (RFC 7693), unkeyed: what Argon2id is made of.
 *
 * 64-bit words live as pairs of 32-bit halves (low first), because BigInt is far too slow for it.
 */

const IV = Uint32Array.of(
  0xf3bcc908, 0x6a09e667, 0x84caa73b, 0xbb67ae85, 0xfe94f82b, 0x3c6ef372, 0x5f1d36f1, 0xa54ff53a,
  0xade682d1, 0x510e527f, 0x2b3e6c1f, 0x9b05688c, 0xfb41bd6b, 0x1f83d9ab, 0x137e2179, 0x5be0cd19,
);

const SIGMA = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
  [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
  [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
  [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
  [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
  [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
  [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
  [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
  [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];

const BLOCK = 128;
const V = new Uint32Array(32);
const M = new Uint32Array(32);

/** v[a] += v[b] + (x1:x0), all as 64-bit words. */
function add(a: number, b: number, x0: number, x1: number): void {
  const low = V[a]! + V[b]! + x0;
  V[a + 1] = (V[a + 1]! + V[b + 1]! + x1 + Math.floor(low / 4294967296)) >>> 0;
  V[a] = low >>> 0;
}

function mix(a: number, b: number, c: number, d: number, x: number, y: number): void {
  add(a, b, M[x]!, M[x + 1]!);
  let low = V[d]! ^ V[a]!;
  let high = V[d + 1]! ^ V[a + 1]!;
  V[d] = high;
  V[d + 1] = low;
  add(c, d, 0, 0);
  low = V[b]! ^ V[c]!;
  high = V[b + 1]! ^ V[c + 1]!;
  V[b] = (low >>> 24) ^ (high << 8);
  V[b + 1] = (high >>> 24) ^ (low << 8);
  add(a, b, M[y]!, M[y + 1]!);
  low = V[d]! ^ V[a]!;
  high = V[d + 1]! ^ V[a + 1]!;
  V[d] = (low >>> 16) ^ (high << 16);
  V[d + 1] = (high >>> 16) ^ (low << 16);
  add(c, d, 0, 0);
  low = V[b]! ^ V[c]!;
  high = V[b + 1]! ^ V[c + 1]!;
  V[b] = (high >>> 31) ^ (low << 1);
  V[b + 1] = (low >>> 31) ^ (high << 1);
}

function compress(h: Uint32Array, block: DataView, at: number, count: number, isLast: boolean): void {
  for (let i = 0; i < 32; i += 1) M[i] = block.getUint32(at + i * 4, true);
  V.set(h, 0);
  V.set(IV, 16);
  V[24] = V[24]! ^ (count >>> 0);
  V[25] = V[25]! ^ Math.floor(count / 4294967296);
  if (isLast) {
    V[28] = ~V[28]!;
    V[29] = ~V[29]!;
  }
  for (let round = 0; round < 12; round += 1) {
    const s = SIGMA[round % 10]!;
    for (let i = 0; i < 4; i += 1) {
      const b = 8 + i * 2;
      mix(i * 2, b, 16 + i * 2, 24 + i * 2, s[i * 2]! * 2, s[i * 2 + 1]! * 2);
    }
    for (let i = 0; i < 4; i += 1) {
      mix(i * 2, 8 + ((i + 1) % 4) * 2, 16 + ((i + 2) % 4) * 2, 24 + ((i + 3) % 4) * 2, s[8 + i * 2]! * 2, s[9 + i * 2]! * 2);
    }
  }
  for (let i = 0; i < 16; i += 1) h[i] = h[i]! ^ V[i]! ^ V[i + 16]!;
}

/** BLAKE2b of `data`, `length` bytes (1 to 64). */
export function blake2b(data: Uint8Array, length: number): Uint8Array {
  const h = IV.slice();
  h[0] = h[0]! ^ 0x01010000 ^ length;
  const padded = new Uint8Array(Math.max(1, Math.ceil(data.length / BLOCK)) * BLOCK);
  padded.set(data);
  const view = new DataView(padded.buffer);
  for (let at = 0; at < padded.length; at += BLOCK) {
    const isLast = at + BLOCK === padded.length;
    compress(h, view, at, isLast ? data.length : at + BLOCK, isLast);
  }
  const out = new DataView(new ArrayBuffer(64));
  h.forEach((word, i) => out.setUint32(i * 4, word, true));
  return new Uint8Array(out.buffer, 0, length).slice();
}
