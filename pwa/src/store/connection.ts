/**
 * One connection, reopened when the browser drops it, and transactions that are either on the disk or an error.
 *
 * Browsers close idle connections under memory pressure, and a full disk shows itself by many names
 * (QuotaExceededError, DataError, AbortError). So every transaction that is not `complete` is "not saved", and
 * every failure drops the connection: the next call starts with a fresh one.
 */
import { openDB, type IDBPTransaction, type StoreNames } from "idb";
import { withRoom } from "./room.ts";
import { NotSaved, type NotSavedReason } from "./types.ts";
import { DB_VERSION, upgrade, type RuhuDb, type RuhuSchema } from "./schema.ts";

export type Names = StoreNames<RuhuSchema>[];
export type WriteTx = IDBPTransaction<RuhuSchema, Names, "readwrite">;
export type ReadTx = IDBPTransaction<RuhuSchema, Names, "readonly">;

/** A transaction that has not ended after this long is given up (a wedged database never answers). */
const GIVE_UP_MS = 30_000;

export interface Connection {
  /** Run `work`, which writes a photo's `bytes` or little, in one strict transaction; resolves only after it is
   * complete. Throws NotSaved. */
  write<T>(stores: Names, work: (tx: WriteTx) => Promise<T>, bytes?: number): Promise<T>;
  read<T>(stores: Names, work: (tx: ReadTx) => Promise<T>): Promise<T>;
  close(): void;
}

export async function connect(name: string): Promise<Connection> {
  let opening: Promise<RuhuDb> | null = null;
  let wasOpen = false;

  function drop(): void {
    const old = opening;
    opening = null;
    void old?.then((db) => db.close()).catch(() => undefined);
  }

  function database(): Promise<RuhuDb> {
    opening ??= openDatabase(name, drop).then(
      (db) => {
        wasOpen = true;
        return db;
      },
      (error: NotSaved) => {
        opening = null;
        // This browser has given storage before: now it is the disk, not the browser.
        throw wasOpen && error.reason === "unavailable" ? notSaved(error.origin) : error;
      },
    );
    return opening;
  }

  /** Begin a transaction; a connection that was closed behind our back is replaced once. */
  async function begin<T>(make: (db: RuhuDb) => T): Promise<T> {
    try {
      return make(await database());
    } catch (error) {
      if (error instanceof NotSaved) throw error;
      drop();
      try {
        return make(await database());
      } catch (second) {
        throw notSaved(second);
      }
    }
  }

  async function transact<T>(stores: Names, work: (tx: WriteTx) => Promise<T>): Promise<T> {
    const tx = await begin((db) => db.transaction(stores, "readwrite", { durability: "strict" }));
    try {
      return await complete(tx, work);
    } catch (error) {
      const known = notSaved(error);
      if (known.reason === "full" || known.reason === "interrupted") drop();
      throw known;
    }
  }

  function write<T>(stores: Names, work: (tx: WriteTx) => Promise<T>, bytes = 0): Promise<T> {
    return withRoom(bytes, () => transact(stores, work));
  }

  async function read<T>(stores: Names, work: (tx: ReadTx) => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt += 1) {
      const tx = await begin((db) => db.transaction(stores, "readonly"));
      tx.done.catch(() => undefined);
      try {
        return await work(tx);
      } catch (error) {
        drop();
        if (attempt > 0) throw error;
      }
    }
  }

  await database();
  return { write, read, close: drop };
}

async function complete<T>(tx: WriteTx, work: (tx: WriteTx) => Promise<T>): Promise<T> {
  tx.done.catch(() => undefined);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NotSaved("interrupted", "timeout")), GIVE_UP_MS);
  });
  try {
    const result = await Promise.race([work(tx), late]);
    await Promise.race([tx.done, late]);
    return result;
  } catch (error) {
    abort(tx);
    // The transaction's own reason (quota, disk) says more than the request that noticed it first.
    throw error instanceof NotSaved || tx.error === null ? error : tx.error;
  } finally {
    clearTimeout(timer);
  }
}

function abort(tx: WriteTx): void {
  try {
    tx.abort();
  } catch {
    // It has ended already; `done` has told how.
  }
}

async function openDatabase(name: string, lost: () => void): Promise<RuhuDb> {
  if (typeof indexedDB === "undefined") throw new NotSaved("unavailable");
  let blockedBy: (() => void) | undefined;
  const blocked = new Promise<never>((_, reject) => {
    blockedBy = () => reject(new NotSaved("blocked"));
  });
  const opened = openDB<RuhuSchema>(name, DB_VERSION, {
    upgrade: (db, from) => upgrade(db, from),
    blocked: () => blockedBy?.(),
    blocking: (_now, _wanted, event) => (event.target as IDBDatabase).close(),
    terminated: lost,
  }).catch((error: unknown) => {
    // A newer release was here before: versions only add, so this one can work with what it knows.
    if (errorName(error) === "VersionError") return openDB<RuhuSchema>(name);
    throw new NotSaved("unavailable", error);
  });
  return Promise.race([opened, blocked]);
}

const FULL = ["QuotaExceededError", "DataError", "UnknownError"];

/** The typed reason of a failure; what is typed already passes unchanged. */
export function notSaved(error: unknown): NotSaved {
  if (error instanceof NotSaved) return error;
  const reason: NotSavedReason = FULL.includes(errorName(error)) ? "full" : "interrupted";
  return new NotSaved(reason, error);
}

function errorName(error: unknown): string {
  return error && typeof error === "object" && "name" in error ? String(error.name) : "";
}
