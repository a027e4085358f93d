/**
 * Fifteen households with five photos each over a line that `python -m tools.bench weak` puts before a real service.
 * Without that line there is nothing to do here. Time runs `RUHU_WEAK_TIMES` as fast for the phone as well.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { createApi } from "../../src/net/api.ts";
import type { Answers } from "../../src/domain/wire.ts";
import { drainOutbox } from "../../src/sync/drain.ts";
import { pullPackage } from "../../src/sync/pull.ts";
import { backoff } from "../../src/domain/limits.ts";
import { createVerifier } from "../../src/sync/verify.ts";
import { phoneStore, sealed, visit } from "../cast.ts";

const { RUHU_WEAK_URL: url = "", RUHU_WEAK_GOOD_URL: good = "", RUHU_WEAK_PHOTOS: folder = "", RUHU_WEAK_OUT: out = "" } = process.env;
const TIMES = Number(process.env.RUHU_WEAK_TIMES ?? "1");
const EACH = 5;

it.runIf(url)("fifteen households with five photos each arrive", async () => {
  const store = await phoneStore();
  const { device_id: deviceId, label } = await store.device();
  const now = () => new Date().toISOString();
  const straight = createApi({ origin: good });
  const said = await straight.signIn("lin", process.env.RUHU_WEAK_PASSWORD ?? "", { id: deviceId, label });
  const token = said.kind === "reply" ? (JSON.parse(said.text) as { token: string }).token : "";
  expect(await pullPackage({ store, api: straight, account: "lin", token, now, onServerTime: () => undefined })).toMatchObject({ ok: true });
  const files = readdirSync(folder).sort();
  let needed = 0;
  for (let at = 0; at < files.length; at += EACH) {
    let draft = await store.saveDraft(visit(at / EACH + 1));
    const close: Answers = {};
    const photos = [];
    for (const [index, file] of files.slice(at, at + EACH).entries()) {
      const bytes = readFileSync(`${folder}/${file}`);
      needed += bytes.length;
      const ref = await store.savePhoto(draft, `/close/photo_${index}`, new Uint8Array(bytes).buffer, "image/jpeg");
      close[`photo_${index}`] = ref.photo_id;
      photos.push(ref);
    }
    draft = await store.saveDraft({ ...draft, photos, answers: { ...draft.answers, close } });
    const op = sealed(draft);
    needed += op.body.length;
    await store.commitSubmission(op);
  }
  const began = performance.now();
  const api = createApi({ origin: url });
  let fails = 0;
  let runs = 0;
  while ((await store.outbox("lin")).some((row) => row.state !== "received" && row.state !== "held")) {
    runs += 1;
    const end = await drainOutbox({
      store, api, account: "lin", token, deviceId, verify: createVerifier(), now, tick: () => performance.now() * TIMES, manual: true,
      onSending: () => undefined, onChange: () => undefined, onServerTime: () => undefined,
    });
    fails = end.word === "done" ? 0 : end.received > 0 ? 1 : fails + 1;
    // An inspector who looks on: never more than a minute.
    await new Promise((go) => setTimeout(go, Math.min(backoff(fails, Math.random), 60_000) / TIMES));
  }
  writeFileSync(out, JSON.stringify({ needed, runs, seconds: ((performance.now() - began) / 1000) * TIMES }));
  store.close();
}, 1_800_000);
