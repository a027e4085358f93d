/** range: a slider that says nothing until it is moved; rank: all choices brought into an order. */
import { choicesOf, textOf } from "../../domain/form/index.ts";
import { plain } from "../../ui/marked.tsx";
import { lang, w } from "../../ui/words.ts";
import { r } from "../../ui/words-roles.ts";
import type { FieldProps } from "./question.tsx";

/** The step nearest the middle: where the slider waits for the first touch. */
export function middleOf(of: { start: number; end: number; step: number }): number {
  const steps = Math.floor((of.end - of.start) / of.step / 2 + 1e-9);
  return Number((of.start + steps * of.step).toFixed(6));
}

/** range. Without an answer the slider stands in the middle and is marked as not chosen. */
export function RangeField(props: FieldProps) {
  const range = props.placed.item.range ?? { start: 0, end: 10, step: 1 };
  const { value } = props;
  const middle = middleOf(range);
  const shown = value === "" ? String(middle) : value;
  return (
    <div class={"range" + (value === "" ? " unset" : "")}>
      <p class="range-value" aria-hidden="true">
        {value === "" ? r().rangeNone : value}
      </p>
      <input
        type="range"
        min={range.start}
        max={range.end}
        step={range.step}
        value={shown}
        aria-label={props.label}
        aria-valuetext={value === "" ? r().rangeNone : value}
        aria-describedby={props.describedBy}
        aria-invalid={props.wrong ? true : undefined}
        onInput={(event) => props.set(event.currentTarget.value)}
      />
      <p class="range-ends" aria-hidden="true">
        <span>{range.start}</span>
        <span>{range.end}</span>
      </p>
      {value === "" ? (
        <button type="button" class="button" onClick={() => props.set(String(middle))}>
          {r().rangePick(String(middle))}
        </button>
      ) : (
        <button type="button" class="plain" onClick={() => props.set("")}>
          {w().clear}
        </button>
      )}
    </div>
  );
}

/** The values with one of them moved a place forward or back. */
export function moved(order: readonly string[], value: string, by: -1 | 1): string[] {
  const at = order.indexOf(value);
  const to = at + by;
  if (at < 0 || to < 0 || to >= order.length) return [...order];
  const next = [...order];
  next.splice(at, 1);
  next.splice(to, 0, value);
  return next;
}

/** rank. Nothing is answered before the order was touched or confirmed. */
export function RankField(props: FieldProps) {
  const { visit, placed, value } = props;
  const choices = choicesOf(visit.state.peek(), placed.pointer);
  const offered = choices.map((each) => each.value);
  const given = value.split(" ").filter((each) => offered.includes(each));
  const order = [...given, ...offered.filter((each) => !given.includes(each))];
  const words = (code: string) => {
    const choice = choices.find((each) => each.value === code);
    return choice ? plain(textOf(visit.state.peek(), choice.label, lang.value, placed.pointer)) : code;
  };
  const move = (code: string, by: -1 | 1) => props.set(moved(order, code, by).join(" "));
  return (
    <div class={"rank" + (value === "" ? " unset" : "")}>
      <ol>
        {order.map((code, i) => (
          <li key={code} data-testid={`rank-${placed.item.name}-${code}`}>
            <span>
              <span class="muted">{r().rankNow(i + 1)}</span> {words(code)}
            </span>
            <span>
              <button type="button" class="plain" disabled={i === 0} aria-label={r().rankUp(words(code))} onClick={() => move(code, -1)}>
                ↑
              </button>
              <button
                type="button"
                class="plain"
                disabled={i === order.length - 1}
                aria-label={r().rankDown(words(code))}
                onClick={() => move(code, 1)}
              >
                ↓
              </button>
            </span>
          </li>
        ))}
      </ol>
      {value === "" ? (
        <button type="button" class="button" onClick={() => props.set(order.join(" "))}>
          {r().rankKeep}
        </button>
      ) : (
        <button type="button" class="plain" onClick={() => props.set("")}>
          {w().clear}
        </button>
      )}
    </div>
  );
}
