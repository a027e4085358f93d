/** Answers as they stand, section by section, in the words of their form: for 签收 and for reading later. */
import type { ComponentChildren } from "preact";
import { compute, getAnswer, relevantPages, shown, textOf, type Form, type FormProblem, type FormState, type Item, type Placed, type When } from "../../domain/form/index.ts";
import type { Answers } from "../../domain/wire.ts";
import { plain } from "../../ui/marked.tsx";
import { lang, w } from "../../ui/words.ts";
import { r } from "../../ui/words-roles.ts";
import { usePhotoUrl } from "./photo.tsx";
import { answerText, isQuestion } from "./reading.ts";

function Thumb(props: { photoId: string; label: string; absent: string }) {
  const url = usePhotoUrl(props.photoId);
  return url ? <img src={url} alt={w().photoOf(props.label)} /> : <span class="muted">{props.absent}</span>;
}

function Line(props: { state: FormState; placed: Placed; fault: FormProblem | undefined; absent: string }) {
  const { state, placed, fault } = props;
  const label = plain(textOf(state, placed.item.label, lang.value, placed.pointer));
  const value = getAnswer(state.answers, placed.pointer);
  const text = answerText(state, placed, lang.value);
  const row = placed.repeat ? `${placed.repeat.row + 1}. ` : "";
  return (
    <div>
      <dt>
        {row}
        {label}
      </dt>
      <dd class={fault ? "wrong" : value === "" ? "empty" : ""} data-testid={"answer-" + placed.item.name}>
        {placed.item.kind === "image" && value ? <Thumb photoId={value} label={label} absent={props.absent} /> : null}
        {text || (value ? "" : w().blank)}
        {fault && value ? ` — ${lang.value === "zh" ? fault.zh : fault.en}` : ""}
      </dd>
    </div>
  );
}

/** One section; `absent` is said where a photo is not on this phone. */
export function SectionAnswers(props: {
  state: FormState;
  section: Item;
  faults?: FormProblem[];
  absent?: string;
  aside?: ComponentChildren;
}) {
  const { state, section, faults = [] } = props;
  const lines = shown(state, section.name).filter((each) => isQuestion(each.item));
  return (
    <section class="stack">
      <div class="row-head">
        <h2 class="section-title">{textOf(state, section.label, lang.value, "/" + section.name)}</h2>
        {props.aside}
      </div>
      <dl class="card answers">
        {lines.map((each) => (
          <Line
            key={each.pointer}
            state={state}
            placed={each}
            absent={props.absent ?? ""}
            fault={faults.find((fault) => fault.pointer === each.pointer)}
          />
        ))}
      </dl>
    </section>
  );
}

/** A whole record, to read. */
export function Filled(props: { form: Form; answers: Answers; when: When }) {
  const state = compute(props.form, props.answers, props.when);
  return (
    <>
      {relevantPages(state).map((section) => (
        <SectionAnswers key={section.name} state={state} section={section} absent={r().photoElsewhere} />
      ))}
    </>
  );
}
