/** Numbers with the numeric pad and the amount in words; texts that grow with what is written. */
import { useEffect, useRef, useState } from "preact/hooks";
import { plainNumber, spokenAmount, spokenAmountEn } from "../../ui/money.ts";
import { lang, w } from "../../ui/words.ts";
import type { FieldProps } from "./question.tsx";
import { allowsNegative, isMoney, lengthLimit } from "./reading.ts";

/** A limit from which one line is not enough to see what was written. */
const LONG_TEXT = 60;

/** What stands in the box: the inspector's own typing while it is being typed, the kept answer otherwise. */
function useTyping(value: string): [string, (raw: string | null) => void] {
  const [typing, setTyping] = useState<string | null>(null);
  return [typing ?? value, setTyping];
}

/** integer, decimal. The answer kept is the plain number that was meant (`２０，０００` → `20000`). */
export function NumberField(props: FieldProps) {
  const { item, pointer } = props.placed;
  const [shown, setTyping] = useTyping(props.value);
  const money = isMoney(item, props.section);
  const spoken = money ? (lang.value === "zh" ? spokenAmount : spokenAmountEn)(props.value) : "";
  const isNegative = props.value.startsWith("-");
  return (
    <div>
      <div class={"entry number" + (props.wrong ? " error-edge" : "")}>
        <input
          type="text"
          inputMode={item.kind === "integer" ? "numeric" : "decimal"}
          autocomplete="off"
          enterKeyHint="done"
          value={shown}
          aria-label={props.label}
          aria-required={item.required ? true : undefined}
          aria-invalid={props.wrong ? true : undefined}
          aria-describedby={props.describedBy}
          onInput={(event) => {
            setTyping(event.currentTarget.value);
            props.set(plainNumber(event.currentTarget.value));
          }}
          onBlur={() => {
            setTyping(null);
            if (props.value !== "") props.visit.touch(pointer);
          }}
        />
        {money ? <span class="unit">{w().unitYuan}</span> : null}
      </div>
      {money ? (
        <p class="spoken" role="status">
          {spoken}
        </p>
      ) : null}
      {allowsNegative(item) && /\d/.test(props.value) ? (
        <button
          type="button"
          class="plain edge-left"
          aria-pressed={isNegative}
          onClick={() => props.set(isNegative ? props.value.slice(1) : "-" + props.value)}
        >
          {isNegative ? w().minusOff : w().minus}
        </button>
      ) : null}
    </div>
  );
}

/** text, date, time. */
export function TextField(props: FieldProps) {
  const { item, pointer } = props.placed;
  const limit = lengthLimit(item);
  const isNumbers = item.appearance?.split(" ").includes("numbers") ?? false;
  const isLong = item.kind === "text" && !isNumbers && (limit === null || limit > LONG_TEXT || !!item.appearance?.includes("multiline"));
  const box = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    const area = box.current;
    if (!area) return;
    area.style.height = "auto";
    area.style.height = area.scrollHeight + "px";
  }, [props.value]);
  const common = {
    "aria-label": props.label,
    "aria-required": item.required ? true : undefined,
    "aria-invalid": props.wrong ? true : undefined,
    "aria-describedby": props.describedBy,
    value: props.value,
    onInput: (event: { currentTarget: { value: string } }) => props.set(event.currentTarget.value),
    onBlur: () => {
      if (props.value !== "") props.visit.touch(pointer);
    },
  };
  const used = [...props.value].length;
  return (
    <div>
      <div class={"entry" + (props.wrong ? " error-edge" : "")}>
        {item.kind === "date" ? (
          <input type="date" {...common} />
        ) : item.kind === "time" ? (
          <input type="time" {...common} />
        ) : isLong ? (
          <textarea ref={box} rows={3} {...common} />
        ) : (
          <input
            type="text"
            autocomplete="off"
            inputMode={isNumbers ? "numeric" : undefined}
            {...common}
          />
        )}
      </div>
      {limit !== null && item.kind === "text" ? <p class="chars">{w().charsLeft(used, limit)}</p> : null}
    </div>
  );
}
