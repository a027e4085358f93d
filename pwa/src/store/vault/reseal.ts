/**
 * Brings everything of an account under its current key: after a PIN was set, and after a release without encryption.
 *
 * One thing after the other, each in its own strict transaction and only if it is still what was read: it may stop
 * anywhere and go on later, and what is being written meanwhile wins.
 */
import type { Connection, Names, WriteTx } from "../connection.ts";
import { places } from "../places.ts";
import { sealedFields, sealSubmissionRow } from "../rows.ts";
import type { Keyring } from "./keyring.ts";

/** Reseal what is not sealed with the ring's current key. Throws what the store throws; calling again goes on. */
export async function reseal(db: Connection, ring: Keyring): Promise<void> {
  await sessionAndPackage(db, ring);
  await drafts(db, ring);
  await records(db, ring);
  await outboxLines(db, ring);
  await photos(db, ring);
}

async function again(ring: Keyring, sealed: ArrayBuffer, place: string): Promise<ArrayBuffer> {
  return ring.seal(await ring.unseal(sealed, place), place);
}

async function sessionAndPackage(db: Connection, ring: Keyring): Promise<void> {
  for (const name of ["session", "package"] as const) {
    const record = await db.read([name], (tx) => tx.objectStore(name).get(ring.account));
    if (!record || ring.isCurrent(record.sealed)) continue;
    const sealed = await again(ring, record.sealed, places[name]);
    await db.write([name], async (tx) => {
      const now = await tx.objectStore(name).get(ring.account);
      if (now && isSame(now.sealed, record.sealed)) await tx.objectStore(name).put({ ...now, sealed } as never);
    });
  }
}

async function drafts(db: Connection, ring: Keyring): Promise<void> {
  const all = await db.read(["draft"], (tx) => tx.objectStore("draft").index("account").getAll(ring.account));
  for (const record of all.filter((each) => !ring.isCurrent(each.sealed))) {
    const sealed = await again(ring, record.sealed, places.draft(record.draft_id, record.rev));
    await replace(db, ["draft"], async (tx) => {
      const now = await tx.objectStore("draft").get(record.draft_id);
      if (now && isSame(now.sealed, record.sealed)) await tx.objectStore("draft").put({ ...now, sealed });
    });
  }
}

async function records(db: Connection, ring: Keyring): Promise<void> {
  const rows = await db.read(["submission"], (tx) =>
    tx.objectStore("submission").index("account").getAll(ring.account),
  );
  for (const row of rows) {
    const { op_id } = row;
    if (!row.sealed || !ring.isCurrent(row.sealed)) {
      const next = await sealSubmissionRow(ring, row, await sealedFields(ring, row));
      await replace(db, ["submission"], async (tx) => {
        // States beside the seal may have changed meanwhile; what is sealed never does.
        const now = await tx.objectStore("submission").get(op_id);
        if (now) await tx.objectStore("submission").put({ ...next, verified_at: now.verified_at ?? null, purged_at: now.purged_at ?? null });
      });
    }
    const body = await db.read(["body"], (tx) => tx.objectStore("body").get(op_id));
    if (!body || ring.isCurrent(body.sealed)) continue;
    const sealed = await again(ring, body.sealed, places.body(op_id));
    await replace(db, ["body"], async (tx) => {
      const now = await tx.objectStore("body").get(op_id);
      if (now && isSame(now.sealed, body.sealed)) await tx.objectStore("body").put({ op_id, sealed });
    });
  }
}

async function outboxLines(db: Connection, ring: Keyring): Promise<void> {
  const rows = await db.read(["outbox"], (tx) => tx.objectStore("outbox").index("account").getAll(ring.account));
  for (const row of rows) {
    const { problem, sealed_problem: before } = row;
    if (problem === null && (!before || ring.isCurrent(before))) continue;
    const plain = before ? await ring.unseal(before, places.outbox(row.id)) : new TextEncoder().encode(JSON.stringify(problem));
    const sealed = await ring.seal(plain, places.outbox(row.id));
    await replace(db, ["outbox"], async (tx) => {
      const now = await tx.objectStore("outbox").get(row.id);
      if (now) await tx.objectStore("outbox").put({ ...now, problem: null, sealed_problem: sealed });
    });
  }
}

async function photos(db: Connection, ring: Keyring): Promise<void> {
  const rows = await db.read(["photo"], (tx) => tx.objectStore("photo").getAll());
  for (const row of rows.filter((each) => each.account === ring.account)) {
    for (let n = 0; n < row.chunks; n += 1) {
      const chunk = await db.read(["photo_chunk"], (tx) => tx.objectStore("photo_chunk").get([row.photo_id, n]));
      if (!chunk || ring.isCurrent(chunk.sealed)) continue;
      const sealed = await again(ring, chunk.sealed, places.chunk(row.photo_id, n, row.chunks));
      await replace(db, ["photo_chunk"], async (tx) => {
        const now = await tx.objectStore("photo_chunk").get([row.photo_id, n]);
        if (now) await tx.objectStore("photo_chunk").put({ ...now, sealed });
      });
    }
  }
}

async function replace(db: Connection, names: Names, work: (tx: WriteTx) => Promise<void>): Promise<void> {
  await db.write(names, work);
}

/** Nonces are never used twice, so the first bytes tell sealed things apart; plain ones are compared whole. */
function isSame(a: ArrayBuffer, b: ArrayBuffer): boolean {
  if (a.byteLength !== b.byteLength) return false;
  const [x, y] = [new Uint8Array(a), new Uint8Array(b)];
  return x.every((byte, i) => byte === y[i]);
}
