/** How a sampled household stands, as words and chips: one reading for cards, page and confirmation. */
import type { OutboxEntry, SampleView } from "../sync/index.ts";
import { Chip } from "../ui/marks.tsx";
import { w } from "../ui/words.ts";
import { nameOf } from "./phone.ts";

/** True while somebody still has to go there. */
export function isOpen(sample: SampleView): boolean {
  return sample.state === "open";
}

/** 待访, 再访 or 填了一半. */
export function todoWord(sample: SampleView): string {
  if (sample.draft_id) return w().stateDraft;
  if (sample.code === "R1") return w().outR1;
  return sample.attempts > 0 || sample.last_op_id ? w().stateAgain : w().stateTodo;
}

/** The outcome in a word, "" while there is none. */
export function outcomeWord(sample: SampleView): string {
  return sample.code ? w()[`out${sample.code}` as const] : "";
}

/** Why nobody may begin a visit here: done, decided, superfluous, or a reserve with the households before it. */
export function whyClosed(sample: SampleView): string {
  if (sample.surplus) return w().visitSurplus;
  if (sample.state === "completed") return w().visitDone;
  if (sample.state !== "reserve") return w().visitClosed;
  const tried = sample.before.find((each) => each.state === "open" && each.attempts > 0);
  const name = (each: SampleView) => `${each.rank} ${nameOf(each)}`;
  if (tried) return `${w().visitReserve} ${w().visitTried(name(tried), tried.attempts)}`;
  const open = sample.before.filter((each) => each.state === "open").map(name);
  return open.length > 0 ? `${w().visitReserve} ${w().visitBefore(open.slice(0, 4), open.length)}` : w().visitReserve;
}

/** Another team was here within thirty days; "" otherwise. */
export function seenBefore(sample: SampleView): string {
  const before = sample.seen_before;
  return before ? w().seenBefore(before.round, before.at.slice(0, 10)) : "";
}

/** 已存手机, 已收到, 待核 …: where the latest record of this phone is. */
export function RecordChip(props: { entry: OutboxEntry }) {
  const { op } = props.entry;
  if (op.state === "received")
    return (
      <Chip tone="received" testid="state-received">
        {w().stateReceived}
      </Chip>
    );
  if (op.state === "held") return <Chip tone="problem">{w().stateHeld}</Chip>;
  if (op.state === "refused") return <Chip tone="problem">{w().stateProblem}</Chip>;
  return (
    <Chip tone="saved" testid="state-saved">
      {w().stateSaved}
    </Chip>
  );
}

/** The chip (or two) at the right of a card. */
export function SampleChips(props: { sample: SampleView; entry: OutboxEntry | null }) {
  const { sample, entry } = props;
  const open = isOpen(sample);
  return (
    <span class="chips">
      {open ? <Chip tone="todo">{todoWord(sample)}</Chip> : null}
      {entry ? <RecordChip entry={entry} /> : open ? null : <Chip tone="quiet">{w().stateElsewhere}</Chip>}
    </span>
  );
}
