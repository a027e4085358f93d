/** audio: a recording made with the phone's own recorder, kept like a photo. */
import { useRef, useState } from "preact/hooks";
import { bytesText } from "../../ui/format.ts";
import { w } from "../../ui/words.ts";
import { r } from "../../ui/words-roles.ts";
import { notSavedText } from "../phone.ts";
import { useKeepPhoto } from "./photo.tsx";
import type { FieldProps } from "./question.tsx";

/** Beyond this a recording would hold up everything else on a weak line. */
export const MOST_BYTES = 8_000_000;

export function SoundField(props: FieldProps) {
  const { visit, placed, value } = props;
  const keep = useKeepPhoto(props);
  const [fault, setFault] = useState("");
  const file = useRef<HTMLInputElement>(null);
  const size = visit.keeper.draft.value.photos.find((each) => each.photo_id === value)?.bytes;
  const take = async (chosen: File | undefined) => {
    if (!chosen) return;
    if (chosen.size > MOST_BYTES) return setFault(r().soundTooBig);
    try {
      setFault("");
      await keep({ bytes: await chosen.arrayBuffer(), type: chosen.type || "audio/mpeg" });
    } catch (error) {
      setFault(notSavedText(error));
    }
  };
  return (
    <div class="stack">
      {value ? <p role="status">{r().soundKept(bytesText(size ?? 0))}</p> : null}
      {fault ? (
        <p class="error" role="alert">
          {fault}
        </p>
      ) : null}
      <input
        ref={file}
        class="hidden"
        type="file"
        accept="audio/*"
        capture="user"
        data-testid={"sound-" + placed.item.name}
        tabIndex={-1}
        aria-hidden="true"
        onChange={(event) => void take(event.currentTarget.files?.[0])}
      />
      <button type="button" class="button" aria-describedby={props.describedBy} onClick={() => file.current?.click()}>
        {value ? r().recordAgain : r().record}
      </button>
      {value && !placed.item.required ? (
        <button type="button" class="plain" onClick={() => props.set("")}>
          {w().clear}
        </button>
      ) : null}
    </div>
  );
}
