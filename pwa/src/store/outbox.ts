/** Outbox lines and receipts: what waits, what came of each try, and the server's proof. */
import type { Connection, WriteTx } from "./connection.ts";
import type { OutboxChange, OutboxRow, ReceiptRow } from "./types.ts";

/** Lines of an account in the order of sealing, an op before its photos. */
export async function listOutbox(db: Connection, account: string): Promise<OutboxRow[]> {
  const rows = await db.read(["outbox"], (tx) => tx.objectStore("outbox").index("account").getAll(account));
  return rows.sort((a, b) => a.dev_seq - b.dev_seq || (a.id < b.id ? -1 : 1));
}

export async function updateOutbox(db: Connection, changes: { id: string; change: OutboxChange }[]): Promise<void> {
  if (changes.length === 0) return;
  await db.write(["outbox"], async (tx) => {
    for (const { id, change } of changes) await apply(tx, id, change);
  });
}

/** Store receipts and mark their ops, all or nothing. */
export async function saveReceipts(
  db: Connection,
  rows: { row: ReceiptRow; change: OutboxChange }[],
): Promise<void> {
  if (rows.length === 0) return;
  await db.write(["outbox", "receipt"], async (tx) => {
    for (const { row, change } of rows) {
      await tx.objectStore("receipt").put(row);
      await apply(tx, `op:${row.op_id}`, change);
    }
  });
}

/** The latest receipt of an op. */
export async function readReceipt(db: Connection, opId: string): Promise<ReceiptRow | null> {
  const rows = await db.read(["receipt"], (tx) => tx.objectStore("receipt").index("op_id").getAll(opId));
  return rows.sort((a, b) => (a.kept_at < b.kept_at ? 1 : -1))[0] ?? null;
}

async function apply(tx: WriteTx, id: string, change: OutboxChange): Promise<void> {
  const row = await tx.objectStore("outbox").get(id);
  if (row) await tx.objectStore("outbox").put({ ...row, ...change });
}
