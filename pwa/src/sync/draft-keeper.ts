/**
 * Keeps one draft saved while it is being written.
 *
 * Changes come faster than a disk writes: they are joined for up to `delayMs` and saved one after another,
 * never two at once, so that an older state cannot overwrite a newer one. Nothing is said to be saved before
 * the store has said so.
 */
import { signal, type ReadonlySignal } from "@preact/signals-core";
import type { Draft } from "../domain/submission.ts";
import { NotSaved, type Store } from "../store/types.ts";

export interface DraftKeeper {
  /** The draft as the screens change it. */
  readonly draft: ReadonlySignal<Draft>;
  /** Instant of the last save that is on the disk (草稿已存 HH:MM). */
  readonly savedAt: ReadonlySignal<string | null>;
  /** True while a change is not on the disk yet. */
  readonly dirty: ReadonlySignal<boolean>;
  /** Why the last save failed; null after a good one. */
  readonly problem: ReadonlySignal<NotSaved | null>;
  /** Change the draft (answers, page, photos); saved at most `delayMs` later. */
  change(patch: Partial<Pick<Draft, "answers" | "page" | "photos">>): void;
  /** Save now (page change, pagehide, before sealing). Throws NotSaved. */
  flush(): Promise<void>;
  /** Stop saving; the draft was sealed, discarded or left, or the app was locked. */
  close(): void;
  /** True after `close`: nothing that is changed here is saved any more. */
  isClosed(): boolean;
}

export function createDraftKeeper(store: Store, first: Draft, delayMs = 250): DraftKeeper {
  const draft = signal(first);
  const savedAt = signal(first.saved_at);
  const dirty = signal(false);
  const problem = signal<NotSaved | null>(null);
  let timer: ReturnType<typeof setTimeout> | null = null;
  let running: Promise<void> | null = null;
  let closed = false;

  function schedule(): void {
    if (timer === null && !closed) timer = setTimeout(() => void flush().catch(() => undefined), delayMs);
  }

  async function save(): Promise<void> {
    while (dirty.value && !closed) {
      const state = draft.value;
      try {
        const saved = await store.saveDraft(state);
        savedAt.value = saved.saved_at;
        problem.value = null;
        dirty.value = draft.value !== state;
        draft.value = { ...draft.value, rev: saved.rev, saved_at: saved.saved_at };
      } catch (error) {
        problem.value = error instanceof NotSaved ? error : new NotSaved("interrupted", error);
        throw problem.value;
      }
    }
  }

  async function flush(): Promise<void> {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    // A change that came while a save was ending is saved by a further round.
    do {
      running ??= save().finally(() => (running = null));
      await running;
    } while (dirty.value && !closed);
  }

  return {
    draft,
    savedAt,
    dirty,
    problem,
    change(patch) {
      draft.value = { ...draft.value, ...patch };
      dirty.value = true;
      schedule();
    },
    flush,
    close() {
      if (timer !== null) clearTimeout(timer);
      timer = null;
      closed = true;
    },
    isClosed: () => closed,
  };
}
