/** The signals that screens read, recomputed from the store; a burst of changes is one refresh. */
import { batch, signal } from "@preact/signals-core";
import type { Draft } from "../domain/submission.ts";
import type { Device, OutboxRow, SessionRow, StoredPackage, Store, SubmissionRow } from "../store/types.ts";
import type { LockView, OutboxView, PackageView } from "./types.ts";
import { localDoorstep, outboxView, packageView, type LocalDoorstep } from "./views.ts";

const EMPTY: OutboxView = { entries: [], records: 0, photos: 0, held: 0 };
const UNLOCKED: LockView = {
  account: null, isLocked: false, hasPin: false, wrong: 0, isShut: false, mustSetPin: false, policy: "asked", records: 0, photos: 0,
};

export type PhoneState = ReturnType<typeof createState>;

export function createState(store: Store) {
  const device = signal<Device | null>(null);
  const session = signal<SessionRow | null>(null);
  const pack = signal<PackageView | null>(null);
  const drafts = signal<Draft[]>([]);
  const outbox = signal<OutboxView>(EMPTY);
  const lock = signal<LockView>(UNLOCKED);

  /** Shut for the eyes: set at once, before drafts are saved and keys forgotten. */
  let shut = false;
  let mustSetPin = false;
  let stored: StoredPackage | null = null;
  let outdated = false;
  let rows: OutboxRow[] = [];
  let submissions: SubmissionRow[] = [];
  let sending: ReadonlySet<string> = new Set();
  const doorsteps = new Map<string, LocalDoorstep | null>();
  let running: Promise<void> | null = null;
  let again = false;

  async function load(): Promise<void> {
    const [own, view] = await Promise.all([store.device(), lockView()]);
    if (view.isLocked) return hide(own, view);
    const who = await store.session();
    if (!who) {
      stored = null;
      rows = [];
      submissions = [];
      show(own, null, [], view);
      return;
    }
    if (outdated || stored?.account !== who.account) {
      outdated = false;
      stored = await store.package(who.account);
    }
    const [kept, lines, found] = await Promise.all([
      store.submissions(who.account), store.outbox(who.account), store.drafts(who.account),
    ]);
    submissions = kept;
    rows = lines;
    await learnDoorsteps();
    show(own, who, found, { ...view, policy: stored?.package.phone?.pin ?? "asked" });
  }

  async function lockView(): Promise<LockView> {
    const account = await store.currentAccount();
    if (account === null) return UNLOCKED;
    const [vault, unsent] = await Promise.all([store.vaults.state(account), store.unsent(account)]);
    const hasPin = vault.kind === "pin";
    const isLocked = hasPin && (shut || !vault.isOpen);
    return {
      account,
      isLocked,
      hasPin,
      wrong: vault.wrong,
      isShut: vault.isShut,
      mustSetPin,
      policy: "asked",
      ...unsent,
    };
  }

  /** While it is locked nothing that was read stays in memory here. */
  function hide(own: Device, view: LockView): void {
    stored = null;
    rows = [];
    submissions = [];
    doorsteps.clear();
    batch(() => {
      device.value = own;
      session.value = null;
      drafts.value = [];
      outbox.value = { ...EMPTY, records: view.records, photos: view.photos };
      pack.value = null;
      lock.value = view;
    });
  }

  /** Bodies never change, so each is read once. */
  async function learnDoorsteps(): Promise<void> {
    for (const row of submissions) {
      if (doorsteps.has(row.op_id)) continue;
      const kept = await store.submission(row.op_id);
      doorsteps.set(row.op_id, kept ? localDoorstep(kept, false, null) : null);
    }
  }

  function local(): LocalDoorstep[] {
    const ops = new Map(rows.filter((row) => row.type === "op").map((row) => [row.op_id, row]));
    const found: LocalDoorstep[] = [];
    // Oldest first: a later correction gives way to none before it.
    for (const { op_id } of [...submissions].reverse()) {
      const doorstep = doorsteps.get(op_id);
      const row = ops.get(op_id);
      if (!doorstep) continue;
      const there = row?.state === "received" || row?.state === "held";
      found.push({ ...doorstep, held: row?.state === "held", kept_at: there ? (row?.last_try_at ?? null) : null });
    }
    return found;
  }

  function show(own: Device, who: SessionRow | null, found: Draft[], view: LockView): void {
    // Locked while this was being read: it stays hidden.
    if (shut && view.hasPin) return;
    batch(() => {
      lock.value = view;
      device.value = own;
      session.value = who;
      drafts.value = found;
      outbox.value = outboxView(submissions, rows, sending);
      pack.value = stored ? packageView(stored, local(), submissions, found) : null;
    });
  }

  /** Read everything again; resolves when what was stored before the call is shown. */
  async function refresh(): Promise<void> {
    if (running) {
      again = true;
      return running;
    }
    running = (async () => {
      do {
        again = false;
        await load();
      } while (again);
    })().finally(() => (running = null));
    return running;
  }

  return {
    device,
    session,
    pack,
    drafts,
    outbox,
    lock,
    refresh,
    /** Take everything off the screen at once; `refresh` then tells what may be told. */
    shutEyes() {
      shut = true;
      lock.value = { ...lock.value, isLocked: true };
    },
    openEyes() {
      shut = false;
      outdated = true;
    },
    requirePin(required: boolean) {
      mustSetPin = required;
    },
    /** The store holds another package: the next refresh reads it. The old one stays on the screen until then. */
    forgetPackage() {
      outdated = true;
    },
    packageAge(nowMs: number): number {
      return stored ? nowMs - Date.parse(stored.fetched_at) : Infinity;
    },
    /** Whether a line waits that a timer could help. */
    hasWaiting(): boolean {
      return rows.some((row) => row.state === "waiting");
    },
    setSending(ids: readonly string[]) {
      sending = new Set(ids);
      outbox.value = outboxView(submissions, rows, sending);
    },
  };
}
