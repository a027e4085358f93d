import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Package, Sample } from "../../src/domain/wire.ts";
import { openPhone } from "../../src/sync/phone.ts";
import { FORM, picture } from "../cast.ts";
import { startServer, type TestServer } from "../server.ts";

type Opened = Awaited<ReturnType<typeof openPhone>>;

let server: TestServer;
let phone: Opened;
let opened = 0;
let name = "";

const UNIT = "640104001201-000";

function sample(rank: number): Sample {
  return {
    sample_id: `2017-1-A1.640104-P.${rank}`,
    rank,
    stratum: "poor",
    round: "2017-1",
    county: "640104",
    state: rank <= 2 ? "open" : "reserve",
    opened_at: rank <= 2 ? "2026-11-20T00:00:00Z" : null,
    form_id: FORM.form_id,
    household: { unit: `${UNIT}${rank}` },
    events: [],
  };
}

const PACK: Partial<Package> = {
  rounds: [
    {
      code: "2017-1", name: "第一轮", starts_on: "2026-11-20", ends_on: "2026-12-20",
      quota: { poor: [2, 2], non_poor: [1, 1] },
      counties: [{ code: "640104", name: "兴庆区" }],
      strata: [{ stratum: "640104-P", N: 600, n: 2, r: 2 }],
    },
  ],
  samples: [1, 2, 3, 4].map(sample),
  forms: [{ ...FORM, sha256: "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a" }],
};

function open(dbName = name): Promise<Opened> {
  return openPhone({ dbName, fetch: server.fetch, origin: server.origin, workerBase: null, random: () => 0 });
}

/** Wait until something becomes true; a test that never sees it fails by its own time limit. */
async function until(what: () => boolean): Promise<void> {
  while (!what()) await new Promise((done) => setTimeout(done, 5));
}

beforeEach(async () => {
  server = await startServer();
  server.pack = PACK;
  server.forms.set("/forms/q1_poor/2026112401.json", "{}");
  name = `whole-${(opened += 1)}`;
  phone = await open();
  await phone.signIn("lin", "right");
  await until(() => phone.pack.value !== null);
});

afterEach(() => phone.close());

async function visits(rank: number, contact: string, more: Record<string, string> = {}, photo = 0) {
  const keeper = await phone.beginDraft({ form: FORM, sample_id: `2017-1-A1.640104-P.${rank}`, household: `${UNIT}${rank}` });
  const cover: Record<string, string> = { contact_result: contact, ...more };
  if (photo > 0) cover["door_photo"] = (await phone.savePhoto(keeper, "/cover/door_photo", picture(photo), "image/jpeg")).photo_id;
  keeper.change({ answers: { cover } });
  return phone.sealDraft(keeper, keeper.draft.value.answers);
}

const state = (rank: number) => phone.pack.value?.samples.find((each) => each.rank === rank)?.state;

describe("signing in", () => {
  it("brings package and forms, and the phone knows whose it is", async () => {
    await until(() => phone.status.value.phase === "idle");
    expect(phone.session.value).toMatchObject({ account: "lin", scope: "640104", valid: true });
    expect(phone.pack.value?.samples).toHaveLength(4);
    expect(await phone.form(PACK.forms![0]!.sha256)).toEqual({});
  });

  it("tells a wrong password from a portal and from no network", async () => {
    expect(await phone.signIn("lin", "wrong")).toMatchObject({ ok: false, reason: "wrong-password" });
    server.fault = () => new Response("<html>", { status: 200, headers: { "Content-Type": "text/html" } });
    expect(await phone.signIn("lin", "right")).toMatchObject({ ok: false, reason: "not-our-server" });
    server.fault = () => "away";
    expect(await phone.signIn("lin", "right")).toMatchObject({ ok: false, reason: "offline" });
    expect(phone.session.value?.account).toBe("lin");
  });
});

describe("a day without a network", () => {
  it("is all there after the phone was closed and opened, and goes when the network is back", async () => {
    server.fault = () => "away";
    await visits(1, "completed", { met_where: "listed" }, 900);
    await visits(2, "absent", {}, 700);
    const keeper = await phone.beginDraft({ form: FORM, sample_id: "2017-1-A1.640104-P.2", household: `${UNIT}2` });
    keeper.change({ answers: { cover: { note: "再来一次" } }, page: 3 });
    await keeper.flush();
    phone.close();

    phone = await open();
    expect(phone.outbox.value).toMatchObject({ records: 2, photos: 2 });
    expect(phone.drafts.value[0]).toMatchObject({ page: 3, answers: { cover: { note: "再来一次" } } });
    expect(phone.pack.value?.samples).toHaveLength(4);

    server.fault = () => null;
    await phone.syncNow();
    await until(() => phone.outbox.value.records + phone.outbox.value.photos === 0);
    expect(server.ops.size).toBe(2);
    expect(server.photos.size).toBe(2);
    expect(phone.outbox.value.entries.every((entry) => entry.complete)).toBe(true);
  });

  it("opens the next reserve by the rule, from this phone's own doorsteps", async () => {
    server.fault = () => "away";
    expect([1, 2, 3, 4].map(state)).toEqual(["open", "open", "reserve", "reserve"]);

    await visits(1, "refused");
    expect([1, 2, 3, 4].map(state)).toEqual(["non_response", "open", "open", "reserve"]);

    await visits(2, "completed");
    await visits(3, "no_such", { no_such_why: "dissolved" });
    expect([1, 2, 3, 4].map(state)).toEqual(["non_response", "completed", "not_eligible", "open"]);
    expect(phone.pack.value?.progress).toMatchObject([{ stratum: "poor", completed: 1, open: 1, n: 2, quota: [2, 2] }]);
  });

  it("counts a doorstep once when the server tells of it too", async () => {
    const op = await visits(1, "absent");
    await until(() => phone.outbox.value.records === 0 && phone.status.value.phase === "idle");
    const event = { op_id: op.op_id, started_at: JSON.parse(op.body).started_at, contact_result: "absent" };
    server.pack = { ...PACK, samples: PACK.samples!.map((each) => (each.rank === 1 ? { ...each, events: [event] } : each)) };
    await phone.pullPackage();

    const found = phone.pack.value?.samples.find((each) => each.rank === 1);
    expect(found).toMatchObject({ state: "open", attempts: 1 });
    expect(found?.doorsteps.map((each) => each.op_id)).toEqual([op.op_id]);
  });

  it("keeps a doorstep that arrived while the package was on its way", async () => {
    await until(() => phone.status.value.phase === "idle");
    let open = () => {};
    server.hold = new Promise<void>((done) => (open = done));
    const pulled = phone.pullPackage();
    await visits(1, "refused");
    await until(() => phone.outbox.value.records === 0);
    open();
    await pulled;

    expect(state(1)).toBe("non_response");
  });

  it("forgets a doorstep that the office voided", async () => {
    await visits(1, "refused");
    await until(() => phone.outbox.value.records === 0 && phone.status.value.phase === "idle");
    await new Promise((done) => setTimeout(done, 5));
    await phone.pullPackage();

    expect(state(1)).toBe("open");
  });
});

describe("work is never lost by a person's mistake", () => {
  it("signing out is refused while something is only here, drafts included", async () => {
    await phone.beginDraft({ form: FORM, sample_id: "2017-1-A1.640104-P.2", household: `${UNIT}2` });
    expect(await phone.signOut()).toBe("unsent");
    await phone.discardDraft(phone.drafts.value[0]!.draft_id);

    server.fault = () => "away";
    await visits(1, "refused");
    expect(await phone.signOut()).toBe("unsent");

    server.fault = () => null;
    await phone.syncNow();
    await until(() => phone.outbox.value.records === 0);
    expect(await phone.signOut()).toBe("done");
    expect(phone.session.value).toBeNull();
  });

  it("another account on the same phone sees none of it, and it comes back with its owner", async () => {
    server.fault = (seen) => (seen.path === "/api/v1/sync" ? "away" : null);
    await visits(1, "refused");
    await phone.signIn("ma", "right");
    expect(phone.outbox.value.records).toBe(0);
    expect(phone.pack.value).toBeNull();

    await phone.signIn("lin", "right");
    expect(phone.outbox.value.records).toBe(1);
    expect(phone.pack.value?.samples).toHaveLength(4);
  });

  it("an expired token keeps the work and sends it after the next sign-in", async () => {
    server.valid = false;
    await visits(1, "refused", {}, 500);
    await until(() => phone.status.value.phase === "signed-out");
    expect(phone.session.value).toMatchObject({ account: "lin", valid: false });
    expect(phone.outbox.value).toMatchObject({ records: 1, photos: 1 });

    server.valid = true;
    await phone.signIn("lin", "right");
    await until(() => phone.outbox.value.records + phone.outbox.value.photos === 0);
    expect(server.ops.size).toBe(1);
  });

  it("beginning the same household twice goes on with the first draft", async () => {
    const first = await phone.beginDraft({ form: FORM, sample_id: "2017-1-A1.640104-P.1", household: `${UNIT}1` });
    const second = await phone.beginDraft({ form: FORM, sample_id: "2017-1-A1.640104-P.1", household: `${UNIT}1` });
    expect(second.draft.value.draft_id).toBe(first.draft.value.draft_id);
  });

  it("a sealing whose end was not seen is finished, not repeated under another id", async () => {
    const keeper = await phone.beginDraft({ form: FORM, sample_id: "2017-1-A1.640104-P.1", household: `${UNIT}1` });
    keeper.change({ answers: { cover: { contact_result: "refused" } } });
    const plain = phone.store.commitSubmission;
    let first = "";
    phone.store.commitSubmission = async (sealed) => {
      first = sealed.op_id;
      await plain(sealed);
      throw new Error("the page never heard of it");
    };
    await expect(phone.sealDraft(keeper, keeper.draft.value.answers)).rejects.toThrow();
    phone.store.commitSubmission = plain;

    const sealed = await phone.sealDraft(keeper, keeper.draft.value.answers);

    expect(sealed.op_id).toBe(first);
    expect(await phone.store.submissions("lin")).toHaveLength(1);
  });

  it("a rotated receipt key is fetched and the record then believed, in one run", async () => {
    await until(() => phone.status.value.phase === "idle");
    server.keyId = "key-2";
    await visits(1, "refused");
    await until(() => phone.outbox.value.records === 0);
    expect(server.ops.size).toBe(1);
  });
});
