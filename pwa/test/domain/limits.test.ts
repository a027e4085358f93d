import { describe, expect, it } from "vitest";
import type { Op } from "../../src/domain/wire.ts";
import { backoff, batchLength, MAX_BATCH_BYTES, nextChunk } from "../../src/domain/limits.ts";

const op = (body: string, dev_seq = 1): Op => ({ op_id: "0".repeat(36), dev_seq, digest: "0".repeat(64), body });

describe("batches", () => {
  it("hold at most 50 ops", () => {
    expect(batchLength(Array.from({ length: 99 }, () => op("{}")))).toBe(50);
  });

  it("stay below 512 KiB of the envelope as it travels, escapes and Chinese included", () => {
    const body = JSON.stringify({ answers: { note: '户"户'.repeat(2_000) } });
    const ops = Array.from({ length: 50 }, () => op(body));

    const count = batchLength(ops);
    const travelling = (n: number) =>
      new TextEncoder().encode(JSON.stringify({ device_id: "0".repeat(36), ops: ops.slice(0, n) })).length;

    expect(count).toBeGreaterThan(1);
    expect(travelling(count)).toBeLessThanOrEqual(MAX_BATCH_BYTES);
    expect(travelling(count + 1)).toBeGreaterThan(MAX_BATCH_BYTES - 500);
  });

  it("hold one op, however large", () => {
    expect(batchLength([op("x".repeat(900_000)), op("{}")])).toBe(1);
    expect(batchLength([])).toBe(0);
  });
});

describe("waits", () => {
  it("double from 2 s to 15 min, half of each by chance", () => {
    expect([1, 2, 3, 4].map((fails) => backoff(fails, () => 1))).toEqual([2000, 4000, 8000, 16000]);
    expect(backoff(1, () => 0)).toBe(1000);
    expect(backoff(50, () => 1)).toBe(900_000);
    expect(backoff(0, () => 1)).toBe(2000);
  });

  it("chunks follow the line between 64 KiB and 1 MiB", () => {
    expect(nextChunk(262_144, 500)).toBe(524_288);
    expect(nextChunk(1_048_576, 500)).toBe(1_048_576);
    expect(nextChunk(262_144, 5_000)).toBe(262_144);
    expect(nextChunk(262_144, 20_000)).toBe(131_072);
    expect(nextChunk(65_536, 20_000)).toBe(65_536);
  });
});
