/**
 * The visit being written: the draft, its form and what the evaluator makes of them, shared by the pages
 * of the questionnaire and by 签收. One visit is open at a time.
 */
import { computed, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import {
  change, compute, getAnswer, relevantPages, setAnswer,
  type Answers, type Form, type FormState, type Item, type PrefillSource, type When,
} from "../../domain/form/index.ts";
import type { DraftKeeper, Phone, SampleView } from "../../sync/index.ts";
import { localDay } from "../../ui/format.ts";
import { geopointText, locate, type NoPosition } from "../../ui/position.ts";
import { findSample, lastPosition, subjectOf } from "../phone.ts";
import { sourceOf } from "./source.ts";

export type Locating = "busy" | NoPosition;

export interface Visit {
  readonly keeper: DraftKeeper;
  readonly form: Form;
  readonly sample: SampleView | null;
  /** Whose visit or what record it is, for headings. */
  readonly subject: string;
  readonly source: PrefillSource;
  readonly state: ReadonlySignal<FormState>;
  /** Pages to walk with the answers of now. */
  readonly pages: ReadonlySignal<Item[]>;
  /** Pointers whose faults may be shown: the inspector has been there and left. */
  readonly touched: Signal<ReadonlySet<string>>;
  /** Sections where 下一页 was pressed: all their faults are shown. */
  readonly tried: Signal<ReadonlySet<string>>;
  /** What became of asking the phone for a position, by pointer of the question. */
  readonly locating: Signal<Readonly<Record<string, Locating>>>;
  /** Grows with every change that may alter how the item at this pointer looks. Read after `state`. */
  revisionOf(pointer: string): number;
  set(pointer: string, value: string): void;
  touch(pointer: string): void;
}

/** The clock as the evaluator wants it. */
export function nowWhen(): When {
  const now = new Date();
  return { today: localDay(now), now: now.toISOString() };
}

/** Pointer of the first item of this name outside repeats, or null. */
export function pointerOf(form: Form, name: string, items: Item[] = form.items, under = ""): string | null {
  for (const item of items) {
    const here = `${under}/${item.name}`;
    if (item.name === name && item.kind !== "group") return here;
    if (item.kind === "group" && item.items) {
      const found = pointerOf(form, name, item.items, here);
      if (found) return found;
    }
  }
  return null;
}

let open: Visit | null = null;

/** The visit of this draft, opened once and kept until it is left. Null: draft or form is not here. */
export async function openVisit(phone: Phone, draftId: string): Promise<Visit | null> {
  if (open && !open.keeper.isClosed() && open.keeper.draft.value.draft_id === draftId) return open;
  await leaveVisit();
  const keeper = await phone.openDraft(draftId);
  if (!keeper) return null;
  const form = await phone.form<Form>(keeper.draft.value.form.sha256);
  if (!form) {
    keeper.close();
    return null;
  }
  open = makeVisit(phone, keeper, form);
  return open;
}

/** Save what is unsaved and let go of the visit; the draft stays. */
export async function leaveVisit(): Promise<void> {
  const visit = open;
  open = null;
  if (!visit) return;
  try {
    await visit.keeper.flush();
  } finally {
    visit.keeper.close();
  }
}

/** Let go without saving: the draft was sealed or discarded. */
export function forgetVisit(): void {
  open = null;
}

/** Save now, wherever we are: the page is about to be hidden or thrown away. */
export function flushVisit(): void {
  open?.keeper.flush().catch(() => undefined); // the screen shows the failure by itself
}

function makeVisit(phone: Phone, keeper: DraftKeeper, form: Form): Visit {
  const answers = computed(() => keeper.draft.value.answers);
  // After one answer only what depends on it is settled again; anything else is computed anew.
  let ahead: { answers: Answers; state: FormState } | null = null;
  let revision = 0, all = 0;
  const changedAt = new Map<string, number>();
  const state = computed(() => {
    if (ahead?.answers === answers.value) return ahead.state;
    all = ++revision;
    return compute(form, answers.value, nowWhen());
  });
  const draft = keeper.draft.value;
  const sample = findSample(phone.pack.value, draft.sample_id);
  const touched = signal<ReadonlySet<string>>(new Set());
  return {
    keeper,
    form,
    sample,
    subject: subjectOf(phone, draft),
    source: sourceOf(phone, draft),
    state,
    pages: computed(() => relevantPages(state.value)),
    touched,
    tried: signal<ReadonlySet<string>>(new Set()),
    locating: signal<Readonly<Record<string, Locating>>>({}),
    revisionOf: (pointer) => Math.max(all, changedAt.get(pointer) ?? 0),
    set(pointer, value) {
      const next = setAnswer(answers.peek(), pointer, value);
      ahead = { answers: next, state: change(state.peek(), pointer, value) };
      revision++;
      for (const each of ahead.state.touched) changedAt.set(each, revision);
      keeper.change({ answers: next });
    },
    touch(pointer) {
      if (!touched.value.has(pointer)) touched.value = new Set(touched.value).add(pointer);
    },
  };
}

/** The question that asks why there is no position, by its name: `gps` → `gps_fail`. */
export function failPointer(pointer: string): string {
  return pointer + "_fail";
}

const REASONS: Record<NoPosition, string> = { denied: "denied", timeout: "weak", unavailable: "device" };

/**
 * Ask for the position of this question; goes on in the background while other questions are answered. The
 * phone knows why it failed, so it fills the reason in, to be changed by the inspector, never over an answer.
 */
export async function locateFor(visit: Visit, pointer: string): Promise<void> {
  if (visit.locating.value[pointer] === "busy") return;
  visit.locating.value = { ...visit.locating.value, [pointer]: "busy" };
  const found = await locate();
  if (typeof found === "string") {
    visit.locating.value = { ...visit.locating.value, [pointer]: found };
    const reason = failPointer(pointer);
    const answers = visit.keeper.draft.value.answers;
    if (getAnswer(answers, pointer) === "" && getAnswer(answers, reason) === "") visit.set(reason, REASONS[found]);
    return;
  }
  lastPosition.value = found;
  const { [pointer]: _gone, ...rest } = visit.locating.value;
  visit.locating.value = rest;
  visit.set(pointer, geopointText(found));
}
