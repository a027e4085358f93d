/** 更正: a sealed record is never changed; a new one takes its place, with the reason, and both are kept. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Form } from "../../domain/form/index.ts";
import type { FormRef } from "../../domain/wire.ts";
import { NotSaved } from "../../store/index.ts";
import { w } from "../../ui/words.ts";
import { r } from "../../ui/words-roles.ts";
import { isReason } from "../other-end.tsx";
import { notSavedText, usePhone } from "../phone.ts";
import { loadQuestionnaire } from "../questionnaire.ts";
import { go } from "../routes.ts";

interface Of {
  opId: string;
  form: Form;
  formRef: FormRef;
}

function Reason(props: Of & { onClose: () => void }) {
  const phone = usePhone();
  const [why, setWhy] = useState("");
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const begin = async () => {
    if (!isReason(why)) return setError(w().endReasonShort);
    setBusy(true);
    try {
      const part = await loadQuestionnaire();
      const draftId = await part.beginCorrection(phone, props.opId, props, why.trim());
      if (draftId) go({ name: "review", draftId }, "replace");
      else setError(r().correctGone);
    } catch (failure) {
      setError(failure instanceof NotSaved ? notSavedText(failure) : w().partMissing);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div class="veil" onKeyDown={(event) => event.key === "Escape" && props.onClose()}>
      <div class="sheet" role="dialog" aria-modal="true" aria-labelledby="correct-title">
        <h2 ref={heading} id="correct-title" tabIndex={-1} data-quiet>
          {r().correct}
        </h2>
        <p class="muted">{r().correctWhy}</p>
        <label>
          <span class="label">{w().endReason}</span>
          <span class="entry">
            <textarea
              rows={2}
              maxLength={200}
              value={why}
              data-testid="correct-why"
              onInput={(event) => {
                setWhy(event.currentTarget.value);
                setError("");
              }}
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
          <button type="button" class="button main-action" disabled={busy} data-testid="correct-begin" onClick={() => void begin()}>
            {r().correctBegin}
          </button>
        </div>
      </div>
    </div>
  );
}

/** The way to correct a record sealed on this phone: begin, go on, or see what replaced it. Nothing for others' records. */
export function Correct(props: Of) {
  const phone = usePhone();
  const [asking, setAsking] = useState(false);
  const rows = phone.outbox.value.entries.map((each) => each.submission);
  const later = rows.find((row) => row.corrects === props.opId);
  const going = phone.drafts.value.find((draft) => draft.corrects === props.opId);
  if (later)
    return (
      <div class="notice soft" data-testid="corrected">
        <p>{r().corrected}</p>
        <button type="button" class="plain edge-left" onClick={() => go({ name: "record", opId: later.op_id })}>
          {r().readNewer}
        </button>
      </div>
    );
  if (!rows.some((row) => row.op_id === props.opId && row.purged_at === null)) return null;
  const press = () => (going ? go({ name: "review", draftId: going.draft_id }, "replace") : setAsking(true));
  return (
    <>
      <button type="button" class="button" data-testid="correct" onClick={press}>
        {going ? w().goOnCorrection : r().correct}
      </button>
      {asking ? <Reason {...props} onClose={() => setAsking(false)} /> : null}
    </>
  );
}
