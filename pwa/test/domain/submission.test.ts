import { describe, expect, it } from "vitest";
import { createHash } from "node:crypto";
import { sealOutcome, sealSubmission } from "../../src/domain/submission.ts";
import { sha256Hex, wellFormed } from "../../src/domain/text.ts";
import type { OpBody } from "../../src/domain/wire.ts";
import { clockAt, MORNING, sealed, visit } from "../cast.ts";

const newId = () => "0b5c2f0e-0000-4000-8000-000000000001";

describe("sealing", () => {
  it("makes one text whose digest is that of its UTF-8 bytes", () => {
    const op = sealed(visit(7, { cover: { contact_result: "completed", note: "石桥村 👵 “好”" } }));

    expect(op.digest).toBe(createHash("sha256").update(op.body, "utf8").digest("hex"));
    expect(op.bytes).toBe(Buffer.byteLength(op.body, "utf8"));
  });

  it("writes the body as the contract names its fields", () => {
    const body = JSON.parse(sealed(visit(7)).body) as OpBody;

    expect(body).toEqual({
      kind: "interview",
      form_id: "q1_poor",
      form_version: "2026112401",
      sample_id: "2017-1-A1.640104-P.7",
      answers: { cover: { contact_result: "completed" } },
      photos: [],
      started_at: MORNING,
      corrects: null,
      finished_at: "2026-11-24T02:00:00.000Z",
      clock: { wall: "2026-11-24T02:00:00.000Z", monotonic_ms: 1000, offset_ms: null, zone: "Asia/Shanghai" },
      app_version: "0.1.0",
    });
  });

  it("leaves blanks out and keeps the rows of a repeat", () => {
    const answers = { cover: { contact_result: "absent", note: "" }, empty: { a: "" }, close: { issues: [{ t: "漏雨" }, { t: "" }] } };

    const body = JSON.parse(sealed(visit(1, answers)).body) as OpBody;

    expect(body.answers).toEqual({ cover: { contact_result: "absent" }, close: { issues: [{ t: "漏雨" }, {}] } });
  });

  it("seals well-formed Unicode only", () => {
    const op = sealed(visit(1, { cover: { note: "a\uD83D b\uDC00\uDC00 👵 c\u0000" } }));
    const body = JSON.parse(op.body) as { answers: { cover: { note: string } } };

    expect(body.answers.cover.note).toBe("a\uFFFD b\uFFFD\uFFFD 👵 c\uFFFD");
    expect(op.body).not.toMatch(/\\ud[89a-f]/i);
  });

  it("names only the photos that an answer names", () => {
    const photo = (photo_id: string) => ({ photo_id, sha256: "a".repeat(64), bytes: 3, type: "image/jpeg", question: "/cover/door" });
    const draft = { ...visit(1, { cover: { door: "p1" } }), photos: [photo("p1"), photo("p2")] };

    const op = sealSubmission(draft, clockAt(MORNING), newId, { appVersion: "1" });

    expect(op.photos.map((each) => each.photo_id)).toEqual(["p1"]);
  });

  it("seals an office outcome without a form", () => {
    const op = sealOutcome(
      { account: "lin", sample_id: "2017-1-A1.640104-P.2", code: "N4", reason: "山洪断路", started_at: MORNING },
      clockAt(MORNING), newId, { appVersion: "1" },
    );

    const body = JSON.parse(op.body) as OpBody;
    expect(body.kind).toBe("outcome");
    expect(body.outcome).toEqual({ code: "N4", reason: "山洪断路" });
    expect(body.form_id).toBeUndefined();
  });
});

describe("text", () => {
  it.each([
    ["\uDC00\uDC00", "\uFFFD\uFFFD"],
    ["\uD83D\uDE00", "\uD83D\uDE00"],
    ["\uD83D\uD83D\uDE00", "\uFFFD\uD83D\uDE00"],
    ["户", "户"],
  ])("%j becomes %j", (before, after) => {
    expect(wellFormed(before)).toBe(after);
  });

  it("digests as the standard's examples say", () => {
    expect(sha256Hex("")).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect(sha256Hex("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(sha256Hex("a".repeat(1_000_000))).toBe("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  });

  it("digests every length around a block, and parts of larger buffers, like another implementation", () => {
    const bytes = Uint8Array.from({ length: 400 }, (_, i) => (i * 197 + 11) & 255);
    for (let length = 0; length <= 300; length += 1) {
      const part = bytes.subarray(length % 7, (length % 7) + length);
      expect(sha256Hex(part)).toBe(createHash("sha256").update(part).digest("hex"));
    }
  });
});
