/** One question: its words, what the register says, the way to answer it, and what is wrong with the answer. */
import type { ComponentChildren } from "preact";
import { check, filed, getAnswer, textOf, type Item, type Placed } from "../../domain/form/index.ts";
import { grouped } from "../../ui/format.ts";
import { Marked, plain } from "../../ui/marked.tsx";
import { lang, w } from "../../ui/words.ts";
import { r } from "../../ui/words-roles.ts";
import { ChoiceField } from "./choices.tsx";
import { NumberField, TextField } from "./entries.tsx";
import { PhotoField } from "./photo.tsx";
import { PlaceField } from "./place.tsx";
import { RangeField, RankField } from "./ranges.tsx";
import { questionId } from "./reading.ts";
import { SignatureField } from "./signature.tsx";
import { SoundField } from "./sound.tsx";
import type { Visit } from "./visit.ts";

export interface FieldProps {
  visit: Visit;
  placed: Placed;
  section: Item;
  value: string;
  /** The label as text, for controls that need a name of their own. */
  label: string;
  /** A fault is shown at the question. */
  wrong: boolean;
  /** Id of the element with hint and fault. */
  describedBy: string;
  set(value: string): void;
}

/** DOM id of a question, for links to it. */
export function domId(pointer: string): string {
  return "q" + pointer.replace(/[^\w]/g, "-");
}

function field(item: Item, props: FieldProps): ComponentChildren {
  switch (item.kind) {
    case "select_one":
    case "select_multiple":
    case "acknowledge":
      return <ChoiceField {...props} />;
    case "integer":
    case "decimal":
      return <NumberField {...props} />;
    case "range":
      return <RangeField {...props} />;
    case "rank":
      return <RankField {...props} />;
    case "audio":
      return <SoundField {...props} />;
    case "geopoint":
      return <PlaceField {...props} />;
    case "image":
      return item.appearance?.includes("signature") ? <SignatureField {...props} /> : <PhotoField {...props} />;
    default:
      return <TextField {...props} />;
  }
}

/** The fault to show now: everything once 下一页 was pressed, before that only what was answered and left. */
function shownFault(visit: Visit, placed: Placed, section: Item): string {
  const problem = check(visit.state.peek(), placed.pointer);
  if (!problem) return "";
  const all = visit.tried.value.has(section.name);
  if (!all && (problem.code === "required" || !visit.touched.value.has(placed.pointer))) return "";
  return lang.value === "zh" ? problem.zh : problem.en;
}

/** A question as a fieldset. Whoever places it draws it anew when `revisionOf` grows, so it does not watch the state. */
export function Question(props: { visit: Visit; placed: Placed; section: Item }) {
  const { visit, placed, section } = props;
  const { item, pointer } = placed;
  const state = visit.state.peek();
  const label = textOf(state, item.label, lang.value, pointer);
  const guidance = textOf(state, item.guidance, lang.value, pointer);
  const hint = textOf(state, item.hint, lang.value, pointer);
  const known = filed(visit.form, visit.source, pointer, lang.value);
  const fault = shownFault(visit, placed, section);
  const value = getAnswer(state.answers, pointer);
  const id = domId(pointer);
  const isRadio = item.kind === "select_one";
  return (
    <fieldset
      id={id}
      class="question"
      data-testid={questionId(placed)}
      data-wrong={fault ? "" : undefined}
      data-quiet
      tabIndex={-1}
      role={isRadio ? "radiogroup" : undefined}
      aria-required={isRadio && item.required ? true : undefined}
      aria-invalid={isRadio && fault ? true : undefined}
      aria-describedby={id + "-more"}
    >
      <legend>
        <Marked text={label} /> {item.required ? null : <span class="opt">{w().optional}</span>}
        {item.kind === "select_multiple" ? <span class="opt"> {w().pickMany}</span> : null}
      </legend>
      <div id={id + "-more"}>
        {hint ? (
          <p class="hint">
            <Marked text={hint} />
          </p>
        ) : null}
        {known !== null ? (
          <p class="filed">
            {w().filed}: <b>{grouped(known)}</b>
          </p>
        ) : null}
        {fault ? <p class="error">{fault}</p> : null}
      </div>
      {guidance ? (
        <details class="help">
          <summary>{r().guidance}</summary>
          <p class="notice">
            <Marked text={guidance} />
          </p>
        </details>
      ) : null}
      <div class="field">
        {field(item, {
          visit,
          placed,
          section,
          value,
          label: plain(label),
          wrong: fault !== "",
          describedBy: id + "-more",
          set: (next) => {
            visit.set(pointer, next);
            if (item.kind.startsWith("select") || item.kind === "rank") visit.touch(pointer);
          },
        })}
      </div>
    </fieldset>
  );
}
