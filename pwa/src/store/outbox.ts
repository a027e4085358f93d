/** Outbox lines and receipts: what waits, what came of each try, and the server's proof. */
import type { WriteTx } from "./connection.ts";
import { places } from "./places.ts";
import type { OutboxRecord } from "./schema.ts";
import { openJson, ringFor, sealJson, type Db } from "./sealed.ts";
import type { Problem } from "../domain/wire.ts";
import type { OutboxChange, OutboxRow, ReceiptRow } from "./types.ts";

/** Lines of an account in the order of sealing, an op before its photos. */
export async function listOutbox(db: Db, account: string): Promise<OutboxRow[]> {
  const rows = await db.read(["outbox"], (tx) => tx.objectStore("outbox").index("account").getAll(account));
  const open = await Promise.all(rows.map((row) => openLine(db, row)));
  return open.sort((a, b) => a.dev_seq - b.dev_seq || (a.id < b.id ? -1 : 1));
}

/** How many lines of an account are not on the server; can be told while its vault is shut. */
export async function countUnsent(db: Db, account: string): Promise<{ records: number; photos: number }> {
  const rows = await db.read(["outbox"], (tx) => tx.objectStore("outbox").index("account").getAll(account));
  const unsent = rows.filter((row) => row.state !== "received" && row.state !== "held");
  const records = unsent.filter((row) => row.type === "op").length;
  return { records, photos: unsent.length - records };
}

async function openLine(db: Db, record: OutboxRecord): Promise<OutboxRow> {
  const { sealed_problem: sealed, ...row } = record;
  if (!sealed) return row;
  return { ...row, problem: await openJson<Problem>(db, row.account, sealed, places.outbox(row.id)) };
}

type Patch = Omit<OutboxChange, "problem"> & Partial<Pick<OutboxRecord, "problem" | "sealed_problem">>;

/** The change as it is written: the problem sealed. */
async function sealedPatch(db: Db, id: string, account: string | undefined, change: OutboxChange): Promise<Patch> {
  if (!("problem" in change)) return change;
  const { problem, ...rest } = change;
  if (!problem || account === undefined) return { ...rest, problem: null, sealed_problem: null };
  return { ...rest, problem: null, sealed_problem: await sealJson(await ringFor(db, account), problem, places.outbox(id)) };
}

async function accountOf(db: Db, id: string): Promise<string | undefined> {
  return (await db.read(["outbox"], (tx) => tx.objectStore("outbox").get(id)))?.account;
}

export async function updateOutbox(db: Db, changes: { id: string; change: OutboxChange }[]): Promise<void> {
  if (changes.length === 0) return;
  const patches: { id: string; patch: Patch }[] = [];
  for (const { id, change } of changes) {
    patches.push({ id, patch: await sealedPatch(db, id, change.problem ? await accountOf(db, id) : undefined, change) });
  }
  await db.write(["outbox"], async (tx) => {
    for (const { id, patch } of patches) await apply(tx, id, patch);
  });
}

/** Store receipts and mark their ops, all or nothing. */
export async function saveReceipts(
  db: Db,
  rows: { row: ReceiptRow; change: OutboxChange }[],
): Promise<void> {
  if (rows.length === 0) return;
  const patches: { row: ReceiptRow; id: string; patch: Patch }[] = [];
  for (const { row, change } of rows) {
    const id = `op:${row.op_id}`;
    patches.push({ row, id, patch: await sealedPatch(db, id, row.account, change) });
  }
  await db.write(["outbox", "receipt"], async (tx) => {
    for (const { row, id, patch } of patches) {
      await tx.objectStore("receipt").put(row);
      await apply(tx, id, patch);
    }
  });
}

/** The latest receipt of an op. */
export async function readReceipt(db: Db, opId: string): Promise<ReceiptRow | null> {
  const rows = await db.read(["receipt"], (tx) => tx.objectStore("receipt").index("op_id").getAll(opId));
  return rows.sort((a, b) => (a.kept_at < b.kept_at ? 1 : -1))[0] ?? null;
}

async function apply(tx: WriteTx, id: string, change: Patch): Promise<void> {
  const row = await tx.objectStore("outbox").get(id);
  if (row) await tx.objectStore("outbox").put({ ...row, ...change });
}
