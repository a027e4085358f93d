/** One PIN as it is typed: hidden unless asked for, never offered to the browser's password store. */
import { useState } from "preact/hooks";
import { s } from "./words.ts";

export function PinField(props: { label: string; value: string; testid: string; isWrong?: boolean; onInput: (pin: string) => void }) {
  const [isShown, setShown] = useState(false);
  const common = {
    autocomplete: "off",
    autocapitalize: "off" as const,
    spellcheck: false,
    "data-testid": props.testid,
    value: props.value,
    "aria-invalid": props.isWrong ? true : undefined,
    onInput: (event: { currentTarget: { value: string } }) => props.onInput(event.currentTarget.value),
  };
  return (
    <>
      <label>
        <span class="label">{props.label}</span>
        <span class="entry">
          {isShown ? <input type="text" {...common} /> : <input type="password" {...common} />}
        </span>
      </label>
      <label class={"choice many" + (isShown ? " on" : "")}>
        <input type="checkbox" checked={isShown} onChange={(event) => setShown(event.currentTarget.checked)} />
        <span class="dot" aria-hidden="true" />
        <span>{s().showPin}</span>
      </label>
    </>
  );
}
