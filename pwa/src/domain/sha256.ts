/**
 * SHA-256 (FIPS 180-4), synchronous and for engines of any age.
 *
 * WebCrypto's digest is asynchronous, and libraries of today call functions that phones of 2020 lack, which would
 * stop the app before its first screen. Tried against the standard's examples and another implementation.
 */

/** First 32 bits of the fractional parts of the cube roots of the first 64 primes. */
const K = new Int32Array(64);
/** The same of the square roots of the first eight: the state that every digest starts from. */
const START = new Int32Array(8);

for (let candidate = 2, found = 0; found < 64; candidate += 1) {
  if (!isPrime(candidate)) continue;
  if (found < 8) START[found] = fraction(Math.sqrt(candidate));
  K[found] = fraction(Math.cbrt(candidate));
  found += 1;
}

function isPrime(n: number): boolean {
  for (let divisor = 2; divisor * divisor <= n; divisor += 1) if (n % divisor === 0) return false;
  return true;
}

function fraction(root: number): number {
  return ((root - Math.floor(root)) * 2 ** 32) | 0;
}

const BLOCK = 64;
const W = new Int32Array(BLOCK);

/** The 32 bytes of the digest. */
export function sha256(data: Uint8Array): Uint8Array {
  const state = START.slice();
  const whole = data.length - (data.length % BLOCK);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  for (let at = 0; at < whole; at += BLOCK) block(state, view, at);
  const tail = ending(data, whole);
  for (let at = 0; at < tail.byteLength; at += BLOCK) block(state, tail, at);
  const digest = new DataView(new ArrayBuffer(32));
  state.forEach((word, index) => digest.setInt32(index * 4, word));
  return new Uint8Array(digest.buffer);
}

/** What is left after the last whole block, padded: a one bit, zeros, the length in bits. */
function ending(data: Uint8Array, from: number): DataView {
  const left = data.length - from;
  const padded = new Uint8Array(left + 9 > BLOCK ? 2 * BLOCK : BLOCK);
  padded.set(data.subarray(from));
  padded[left] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(data.length / 2 ** 29));
  view.setUint32(padded.length - 4, (data.length * 8) >>> 0);
  return view;
}

/** One block of 64 bytes into the state (FIPS 180-4, 6.2.2). */
function block(state: Int32Array, view: DataView, at: number): void {
  for (let t = 0; t < 16; t += 1) W[t] = view.getInt32(at + t * 4);
  for (let t = 16; t < 64; t += 1) {
    const x = W[t - 15]!;
    const y = W[t - 2]!;
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    W[t] = (W[t - 16]! + s0 + W[t - 7]! + s1) | 0;
  }
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  let e = state[4]!;
  let f = state[5]!;
  let g = state[6]!;
  let h = state[7]!;
  for (let t = 0; t < 64; t += 1) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[t]! + W[t]!) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  // An Int32Array wraps around by itself.
  state[0]! += a;
  state[1]! += b;
  state[2]! += c;
  state[3]! += d;
  state[4]! += e;
  state[5]! += f;
  state[6]! += g;
  state[7]! += h;
}
