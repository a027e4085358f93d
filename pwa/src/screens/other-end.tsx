/** Ends of a rank that need no form: out of reach (N4), not of this stratum (X3), related inspector (R1). */
import { useEffect, useRef, useState } from "preact/hooks";
import type { OutcomeCode } from "../domain/wire.ts";
import type { SampleView } from "../sync/index.ts";
import { w } from "../ui/words.ts";
import { notSavedText, usePhone } from "./phone.ts";
import { go } from "./routes.ts";

const CODES: OutcomeCode[] = ["N4", "X3", "R1"];
const SHORTEST_REASON = 4;

/** Whether a reason says anything. */
export function isReason(text: string): boolean {
  return [...text.trim()].length >= SHORTEST_REASON;
}

/** A sheet with the three ends and a reason; sealed like any other record. */
export function OtherEnd(props: { sample: SampleView; onClose: () => void }) {
  const phone = usePhone();
  const [code, setCode] = useState<OutcomeCode | null>(null);
  const [reason, setReason] = useState("");
  const [error, setError] = useState("");
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const [startedAt] = useState(() => phone.clock.read().wall);
  const save = async () => {
    if (!code) return setError(w().endPick);
    if (!isReason(reason)) return setError(w().endReasonShort);
    const { sample } = props;
    try {
      const sealed = await phone.sealOutcome({
        sample_id: sample.sample_id,
        code,
        reason: reason.trim(),
        started_at: startedAt,
      });
      go(
        { name: "saved", opId: sealed.op_id, sampleId: sample.sample_id, answers: 1, photos: 0, bytes: 0 },
        "replace",
      );
    } catch (failure) {
      setError(notSavedText(failure));
    }
  };
  const names = { N4: w().endN4, X3: w().endX3, R1: w().endR1 } as Record<OutcomeCode, string>;
  return (
    <div class="veil" onKeyDown={(event) => event.key === "Escape" && props.onClose()}>
      <div class="sheet" role="dialog" aria-modal="true" aria-labelledby="other-end-title">
        <h2 ref={heading} id="other-end-title" tabIndex={-1} data-quiet>
          {w().otherEnd}
        </h2>
        <p class="muted">{w().otherEndWhy}</p>
        <fieldset class="choices">
          <legend class="hidden">{w().endPick}</legend>
          {CODES.map((each) => (
            <label key={each} class={"choice" + (code === each ? " on" : "")}>
              <input type="radio" name="end" value={each} checked={code === each} onChange={() => setCode(each)} />
              <span class="dot" aria-hidden="true" />
              <span>{names[each]}</span>
            </label>
          ))}
        </fieldset>
        <label>
          <span class="label">{w().endReason}</span>
          <span class="entry">
            <textarea
              rows={2}
              maxLength={200}
              value={reason}
              onInput={(event) => setReason(event.currentTarget.value)}
            />
          </span>
        </label>
        {error ? (
          <p class="notice bad" role="alert">
            {error}
          </p>
        ) : null}
        <div class="pair">
          <button type="button" class="button" onClick={props.onClose}>
            {w().cancel}
          </button>
          <button type="button" class="button main-action" onClick={() => void save()}>
            {w().endSave}
          </button>
        </div>
      </div>
    </div>
  );
}
