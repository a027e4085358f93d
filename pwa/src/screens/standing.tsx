/** How a sampled household stands, as words and chips: one reading for cards, page and confirmation. */
import type { OutboxEntry, SampleView } from "../sync/index.ts";
import { Chip } from "../ui/marks.tsx";
import { w } from "../ui/words.ts";

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
