/**
 * A disk under fake-indexeddb: what a strict transaction has finished survives `cut`, everything since is gone.
 *
 * It reads the fake's own tables, since a power cut is exactly what no interface offers. `killAfter` makes the process
 * die at the n-th transaction from now: that one and all later ones fail until `revive`.
 */
interface RawRecord {
  key: unknown;
  value: unknown;
}
interface RawTable {
  clear(): unknown;
  put(record: RawRecord): unknown;
  values(): Iterable<RawRecord>;
}
interface RawStore {
  records: RawTable;
  rawIndexes: Map<string, { records: RawTable }>;
}
interface RawDatabase {
  name: string;
  rawObjectStores: Map<string, RawStore>;
}
type Image = Map<RawTable, RawRecord[]>;

const images = new Map<string, Image>();
const raws = new Map<string, RawDatabase>();
/** `relaxed`: every transaction counts as one that was not asked to be strict (a planted fault). */
export const disk = { relaxed: false, left: Infinity };

/** What lies on the disk of this database when the current goes now. */
export function cut(name: string): void {
  const raw = raws.get(name);
  const image = images.get(name);
  if (!raw || !image) return;
  for (const table of tablesOf(raw)) {
    table.clear();
    for (const record of image.get(table) ?? []) table.put(record);
  }
}

export function killAfter(transactions: number): void {
  disk.left = transactions;
}

export function revive(): void {
  disk.left = Infinity;
}

export const isDead = () => disk.left < 0;

/** Begin to watch; `name` is on the disk as it stands now. */
export function putDown(name: string): void {
  const raw = raws.get(name);
  if (raw) images.set(name, imageOf(raw));
}

function tablesOf(raw: RawDatabase): RawTable[] {
  return [...raw.rawObjectStores.values()].flatMap((store) => [
    store.records,
    ...[...store.rawIndexes.values()].map((index) => index.records),
  ]);
}

function imageOf(raw: RawDatabase): Image {
  return new Map(tablesOf(raw).map((table) => [table, [...table.values()]]));
}

const prototype = IDBDatabase.prototype as IDBDatabase & { isWatched?: boolean };
if (!prototype.isWatched) {
  const begin = prototype.transaction;
  prototype.isWatched = true;
  prototype.transaction = function (this: IDBDatabase & { _rawDatabase: RawDatabase }, stores, mode, options) {
    raws.set(this._rawDatabase.name, this._rawDatabase);
    disk.left -= 1;
    if (disk.left < 0) throw new DOMException("killed", "AbortError");
    const transaction = begin.call(this, stores, mode, options);
    const isStrict = options?.durability === "strict" && !disk.relaxed;
    if (mode === "readwrite" && isStrict) {
      transaction.addEventListener("complete", () => images.set(this._rawDatabase.name, imageOf(this._rawDatabase)));
    }
    return transaction;
  };
}
