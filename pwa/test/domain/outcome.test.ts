import { describe, expect, it } from "vitest";
import { classifyOutcome, classifyReply, type Reply } from "../../src/domain/outcome.ts";
import { createVerifier } from "../../src/sync/verify.ts";
import { sealed, visit } from "../cast.ts";
import { PORTAL, startServer } from "../server.ts";

const server = await startServer();
const other = await startServer();
const op = sealed(visit(1));
const verify = createVerifier();

function reply(text: string, status = 200, contentType = "application/json", retryAfterMs: number | null = null): Reply {
  return { kind: "reply", status, contentType, text, retryAfterMs };
}

async function receipt(change: Record<string, unknown> = {}, signer = server, after?: (text: string) => string) {
  const text = JSON.stringify({
    op_id: op.op_id, digest: op.digest, state: "stored", server_seq: 1, epoch: "e", received_at: "2026-11-24T04:00:00Z",
    ...change,
  });
  return { text: after ? after(text) : text, signature: await signer.sign(text), alg: "ES256", key_id: "key-1" };
}

const results = (...each: unknown[]) => reply(JSON.stringify({ results: each }));
const judge = (answer: Reply) => classifyOutcome(answer, op, [server.receiptKey], verify);

describe("an op is received", () => {
  it("only with a receipt that is signed, ours, and about our bytes", async () => {
    const outcome = await judge(results({ op_id: op.op_id, state: "stored", receipt: await receipt() }));
    expect(outcome).toMatchObject({ word: "received", state: "stored" });
  });

  it("also when it is held, with the reasons", async () => {
    const outcome = await judge(
      results({ op_id: op.op_id, receipt: await receipt({ state: "quarantined" }), problem: { title: "待核", retry: "never" } }),
    );
    expect(outcome).toMatchObject({ word: "received", state: "quarantined", problem: { title: "待核" } });
  });

  it("wherever its result stands in the answer", async () => {
    const outcome = await judge(results({ op_id: "x" }, { op_id: op.op_id, receipt: await receipt() }));
    expect(outcome.word).toBe("received");
  });
});

describe("a lying reply leaves the op for later", async () => {
  const lies: [string, Reply][] = [
    ["a portal's page with 200", reply(PORTAL, 200, "text/html")],
    ["a portal's page that calls itself JSON", reply(PORTAL)],
    ["an empty object", reply("{}")],
    ["null", reply("null")],
    ["a number", reply("7")],
    ["an empty body", reply("")],
    ["a truncated answer", reply(JSON.stringify({ results: [{ op_id: op.op_id, receipt: await receipt() }] }).slice(0, -9))],
    ["no result for this op", results()],
    ["results that are no list", reply('{"results":{}}')],
    ["stored without a receipt", results({ op_id: op.op_id, state: "stored" })],
    ["a receipt of another op", results({ op_id: op.op_id, receipt: await receipt({ op_id: "other" }) })],
    ["a receipt of other bytes", results({ op_id: op.op_id, receipt: await receipt({ digest: "f".repeat(64) }) })],
    ["a receipt signed by somebody else", results({ op_id: op.op_id, receipt: await receipt({}, other) })],
    ["a receipt changed after signing", results({ op_id: op.op_id, receipt: await receipt({}, server, (text) => text.replace('"server_seq":1', '"server_seq":2')) })],
    ["a signature of nothing", results({ op_id: op.op_id, receipt: { ...(await receipt()), signature: "" } })],
    ["a signature that is no base64", results({ op_id: op.op_id, receipt: { ...(await receipt()), signature: "%%%" } })],
    ["an unknown key", results({ op_id: op.op_id, receipt: { ...(await receipt()), key_id: "key-9" } })],
    ["another algorithm", results({ op_id: op.op_id, receipt: { ...(await receipt()), alg: "none" } })],
    ["a receipt that is a text", results({ op_id: op.op_id, receipt: "ok" })],
    ["an unknown state", results({ op_id: op.op_id, receipt: await receipt({ state: "thanks" }) })],
    ["a redirect page", reply(PORTAL, 302, "text/html")],
    ["a portal's 403", reply(PORTAL, 403, "text/html")],
    ["a portal's 401", reply(PORTAL, 401, "text/html")],
    ["a proxy's 502", reply("<h1>Bad gateway</h1>", 502, "text/html")],
  ];

  it.each(lies)("%s", async (_name, answer) => {
    expect((await judge(answer)).word).toBe("later");
  });
});

describe("the server's retry word decides, not the number", () => {
  const problem = (status: number, retry: string | undefined, wait: number | null = null) =>
    reply(JSON.stringify({ type: "/problems/x", title: "x", status, retry }), status, "application/problem+json", wait);

  it.each([
    [500, "never", "needs-person"],
    [422, "later", "later"],
    [403, "after-sign-in", "sign-in"],
    [401, undefined, "sign-in"],
    [422, undefined, "later"],
    [503, undefined, "later"],
    [429, "later", "later"],
    [418, "something new", "later"],
  ])("%i with %s is %s", (status, retry, word) => {
    expect(classifyReply(problem(status, retry))?.word).toBe(word);
  });

  it("and its wait is kept", () => {
    expect(classifyReply(problem(503, "later", 7000))).toMatchObject({ reason: "server-busy", retryAfterMs: 7000 });
  });

  it("for one op as well", async () => {
    const with_ = (retry: string) => judge(results({ op_id: op.op_id, problem: { title: "x", retry } }));
    expect((await with_("after-sign-in")).word).toBe("sign-in");
    expect((await with_("never")).word).toBe("needs-person");
    expect((await with_("later")).word).toBe("later");
  });
});

describe("no reply", () => {
  it.each([["offline"], ["timeout"]] as const)("%s is later", async (why) => {
    expect(await judge({ kind: "no-reply", why })).toMatchObject({ word: "later", reason: why });
  });
});
