import { describe, expect, it } from "vitest";
import { argon2id } from "../../src/domain/crypto/argon2id.ts";
import { blake2b } from "../../src/domain/crypto/blake2b.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const of = (text: string) => new TextEncoder().encode(text);
const filled = (length: number, value: number) => new Uint8Array(length).fill(value);

describe("BLAKE2b", () => {
  it("gives the digest of RFC 7693, appendix A", () => {
    expect(hex(blake2b(of("abc"), 64))).toBe(
      "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1" +
        "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923",
    );
  });

  it("holds at the edges of its blocks, beside the digests of OpenSSL", async () => {
    const { createHash } = await import("node:crypto");
    for (const length of [0, 1, 127, 128, 129, 255, 256, 257, 1000]) {
      const data = Uint8Array.from({ length }, (_, i) => (i * 7) & 255);
      expect(hex(blake2b(data, 64)), String(length)).toBe(createHash("blake2b512").update(data).digest("hex"));
    }
  });
});

describe("Argon2id", () => {
  it("gives the tag of RFC 9106, section 5.3", () => {
    const tag = argon2id(filled(32, 1), filled(16, 2), { memory: 32, passes: 3, lanes: 4 }, 32, {
      secret: filled(8, 3),
      data: filled(12, 4),
    });
    expect(hex(tag)).toBe("0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659");
  });

  // Tags of the reference implementation (libargon2) for the cost that the phone uses, and for small ones.
  it.each([
    ["password", "somesalt", 256, 2, 1, "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe"],
    ["password", "somesalt", 256, 2, 2, "6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037"],
    ["differentpassword", "somesalt", 256, 2, 1, "809ee7bc1705c508752152854bf322129a0a003e7f0edcfb774e1bf6a11d49e5"],
    ["123456", "\0".repeat(16), 19456, 2, 1, "ffb1373f7836dadb4def1e56033647ae08bf953bd7037dc88dec325c74d55e1e"],
  ])("gives the tag of the reference implementation: %s, %s, m=%i t=%i p=%i", (password, salt, memory, passes, lanes, tag) => {
    expect(hex(argon2id(of(password), of(salt), { memory, passes, lanes }, 32))).toBe(tag);
  });
});
