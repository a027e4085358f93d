import { describe, expect, it } from "vitest";
import { createApi, retryAfter } from "../../src/net/api.ts";

describe("the client", () => {
  it("carries the token in a header, never in the address, and never the desk's cookie", async () => {
    const calls: { url: string; init: RequestInit }[] = [];
    const fetch = (async (url: string, init: RequestInit) => {
      calls.push({ url, init });
      return new Response("{}", { headers: { "Content-Type": "application/json" } });
    }) as unknown as typeof globalThis.fetch;
    const api = createApi({ origin: "https://ruhu.test", fetch });

    await api.getPackage("secret");
    await api.putPhoto("secret", "ab", new ArrayBuffer(1), "image/jpeg");
    await api.createUpload("secret", "ab", 1, "image/jpeg");

    for (const { url, init } of calls) {
      expect(url).not.toContain("secret");
      expect((init.headers as Record<string, string>)["Authorization"]).toBe("Bearer secret");
      expect(init).toMatchObject({ credentials: "omit", cache: "no-store", redirect: "error" });
    }
  });

  it("turns every failure into a value", async () => {
    const fetch = (() => Promise.reject(new TypeError("offline"))) as typeof globalThis.fetch;
    const api = createApi({ origin: "https://ruhu.test", fetch });

    expect(await api.getPackage("t")).toEqual({ kind: "no-reply", why: "offline" });
    expect(await api.getForm("t", "https://elsewhere.test/f")).toEqual({ kind: "no-reply", why: "stopped" });
    expect((await api.uploadOffset("t", "//elsewhere.test/u")).reply).toEqual({ kind: "no-reply", why: "stopped" });
  });
});

describe("Retry-After", () => {
  const now = Date.parse("2026-11-24T04:00:00Z");
  it.each([
    ["30", 30_000],
    ["0", 0],
    ["-5", 0],
    ["99999", 3_600_000],
    ["Tue, 24 Nov 2026 04:01:00 GMT", 60_000],
    ["soon", null],
    ["", null],
    [null, null],
  ])("%s is %s ms", (value, wait) => {
    expect(retryAfter(value, now)).toBe(wait);
  });
});
