/** Rows to tap: one of them, several of them. 说不清 stands apart, because it is never read aloud. */
import { choicesOf, textOf } from "../../domain/form/index.ts";
import { plain as words } from "../../ui/marked.tsx";
import { lang, w } from "../../ui/words.ts";
import { r } from "../../ui/words-roles.ts";
import type { FieldProps } from "./question.tsx";
import { CANNOT_SAY } from "./reading.ts";

/** Longest label, in characters, that still fits two to a row. */
const SHORT_LABEL = 4;

interface Row {
  value: string;
  label: string;
  apart: boolean;
}

function rows(props: FieldProps): Row[] {
  const { visit, placed } = props;
  if (placed.item.kind === "acknowledge") return [{ value: "OK", label: w().yes, apart: false }];
  const state = visit.state.peek();
  const choices = choicesOf(state, placed.pointer);
  const isScale = choices.length >= 6 && choices.some((each) => each.value === "5");
  return choices.map((each) => {
    const apart = each.value === CANNOT_SAY && placed.item.kind === "select_one";
    const label = words(textOf(state, each.label, lang.value, placed.pointer));
    return { value: each.value, label: apart && isScale ? label + w().notRead : label, apart };
  });
}

/** The value after a tap: this one alone, or this one added to or taken from the others, in the form's order. */
export function tapped(value: string, choice: string, many: boolean, order: string[]): string {
  if (!many) return choice;
  const chosen = new Set(value.split(" ").filter(Boolean));
  if (!chosen.delete(choice)) chosen.add(choice);
  const known = order.filter((each) => chosen.has(each));
  return [...known, ...[...chosen].filter((each) => !order.includes(each))].join(" ");
}

/** minimal: one line that opens the phone's own list; several choices stand as rows once it is opened. */
function Minimal(props: FieldProps & { rows: Row[]; many: boolean; order: string[] }) {
  const { placed, value, rows, many, order } = props;
  const { item, pointer } = placed;
  if (!many)
    return (
      <div class={"entry" + (props.wrong ? " error-edge" : "")}>
        <select
          name={pointer}
          value={value}
          aria-label={props.label}
          aria-required={item.required ? true : undefined}
          aria-invalid={props.wrong ? true : undefined}
          aria-describedby={props.describedBy}
          data-testid={"select-" + item.name}
          onChange={(event) => props.set(event.currentTarget.value)}
        >
          <option value="" disabled={!!item.required}>
            {r().pickOne}
          </option>
          {rows.map((row) => (
            <option key={row.value} value={row.value}>
              {row.label}
            </option>
          ))}
        </select>
      </div>
    );
  const chosen = value.split(" ");
  const names = rows.filter((row) => chosen.includes(row.value)).map((row) => row.label);
  return (
    <details class="minimal">
      <summary>{names.length > 0 ? names.join(lang.value === "zh" ? "、" : ", ") : w().pickMany}</summary>
      <div class="choices">
        {rows.map((row) => (
          <label key={row.value} class={"choice many" + (chosen.includes(row.value) ? " on" : "")}>
            <input
              type="checkbox"
              name={pointer}
              checked={chosen.includes(row.value)}
              data-testid={`option-${item.name}-${row.value}`}
              onChange={() => props.set(tapped(value, row.value, true, order))}
            />
            <span class="dot" aria-hidden="true" />
            <span>{row.label}</span>
          </label>
        ))}
      </div>
    </details>
  );
}

/** select_one, select_multiple and acknowledge. */
export function ChoiceField(props: FieldProps) {
  const { placed, value } = props;
  const { item, pointer } = placed;
  const many = item.kind !== "select_one";
  const all = rows(props);
  const order = all.map((each) => each.value);
  const chosen = value.split(" ");
  const plain = all.filter((each) => !each.apart);
  const looks = (item.appearance ?? "").split(" ");
  if (looks.includes("minimal")) return <Minimal {...props} rows={all} many={many} order={order} />;
  const columns = looks.map((each) => /^columns-(\d)$/.exec(each)?.[1]).find(Boolean);
  const look = looks.includes("likert")
    ? " likert"
    : columns
      ? ` columns-${Math.min(4, Math.max(1, Number(columns)))}`
      : looks.includes("columns") || looks.includes("columns-pack")
        ? " columns-2"
        : "";
  const short = !look && !many && plain.length <= 4 && plain.every((each) => [...each.label].length <= SHORT_LABEL);
  return (
    <div class={"choices" + (short ? " short" : look)}>
      {all.map((row) => {
        const on = chosen.includes(row.value);
        return (
          <label
            key={row.value}
            class={"choice" + (on ? " on" : "") + (many ? " many" : "") + (row.apart ? " apart" : "")}
          >
            <input
              type={many ? "checkbox" : "radio"}
              name={pointer}
              value={row.value}
              checked={on}
              data-testid={`option-${item.name}-${row.value}`}
              aria-invalid={many && props.wrong ? true : undefined}
              onChange={() => props.set(tapped(value, row.value, many, order))}
            />
            <span class="dot" aria-hidden="true" />
            <span>{row.label}</span>
          </label>
        );
      })}
      {!many && !item.required && value !== "" ? (
        <button type="button" class="plain" onClick={() => props.set("")}>
          {w().clear}
        </button>
      ) : null}
    </div>
  );
}
