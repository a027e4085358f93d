/** A visit or a record begins: with what is already known, or goes on where its draft stands. */
import { pages, setAnswer, start, type Answers, type Form } from "../../domain/form/index.ts";
import type { FormRef, OpKind } from "../../domain/wire.ts";
import type { Phone, SampleView } from "../../sync/index.ts";
import type { HelpedView } from "../helped.ts";
import { formFor } from "../phone.ts";
import { sourceOf, type Place } from "./source.ts";
import { nowWhen, pointerOf } from "./visit.ts";

/** The answers with a value for the first question of this name, where the form has one. */
function withAnswer(form: Form, answers: Answers, name: string, value: string): Answers {
  const pointer = pointerOf(form, name);
  return pointer ? setAnswer(answers, pointer, value) : answers;
}

/** Answers a visit begins with: the register's, the number of this doorstep, and nobody home if said so. */
function firstAnswers(phone: Phone, form: Form, sample: SampleView, nobody: boolean): Answers {
  const source = sourceOf(phone, { sample_id: sample.sample_id, household: sample.household.unit });
  const answers = withAnswer(form, start(form, source, nowWhen()), "attempt_no", String(Math.min(3, sample.attempts + 1)));
  return nobody ? withAnswer(form, answers, "contact_result", "absent") : answers;
}

/** Go on with a draft; nobody home is written into it. */
async function resume(phone: Phone, draftId: string, nobody: boolean): Promise<string> {
  const keeper = nobody ? await phone.openDraft(draftId) : null;
  if (keeper) {
    const form = await phone.form<Form>(keeper.draft.value.form.sha256);
    if (form) keeper.change({ answers: withAnswer(form, keeper.draft.value.answers, "contact_result", "absent"), page: 0 });
    await keeper.flush();
    keeper.close();
  }
  return draftId;
}

async function formNamed(phone: Phone, formId: string, version?: string | null) {
  const ref = formFor(phone.pack.value, formId, version);
  const form = ref ? await phone.form<Form>(ref.sha256) : null;
  return ref && form ? { ref, form } : null;
}

/** The newest form in force for records of this kind; `fallback` is the one that comes with the house. */
async function formOfKind(phone: Phone, kind: OpKind, fallback: string) {
  const ids = new Set((phone.pack.value?.package.forms ?? []).map((each) => each.form_id));
  const own = await formNamed(phone, fallback);
  if (own) return own;
  for (const id of ids) {
    const found = await formNamed(phone, id);
    if (found && found.form.kind === kind) return found;
  }
  return null;
}

/** The draft to go on with, saved before this resolves; null when its form is not on this phone. */
export async function begin(phone: Phone, sample: SampleView, nobody: boolean): Promise<string | null> {
  if (sample.draft_id) return resume(phone, sample.draft_id, nobody);
  const found = await formNamed(phone, sample.form_id, sample.form_version);
  if (!found) return null;
  const keeper = await phone.beginDraft({
    form: found.ref,
    sample_id: sample.sample_id,
    household: sample.household.unit,
    answers: firstAnswers(phone, found.form, sample, nobody),
  });
  keeper.close();
  return keeper.draft.value.draft_id;
}

/** A helper's log at an own household. */
export async function beginLog(phone: Phone, view: HelpedView, nobody: boolean): Promise<string | null> {
  if (view.draft) return resume(phone, view.draft.draft_id, nobody);
  const found = await formOfKind(phone, "visit_log", "q3_visit");
  if (!found) return null;
  const answers = start(found.form, sourceOf(phone, { household: view.unit }), nowWhen());
  const keeper = await phone.beginDraft({
    kind: "visit_log",
    form: found.ref,
    sample_id: null,
    household: view.unit,
    answers: nobody ? withAnswer(found.form, answers, "contact_result", "absent") : answers,
  });
  keeper.close();
  return keeper.draft.value.draft_id;
}

/** A report heard, papers read or a discussion. */
export async function beginRecord(
  phone: Phone,
  of: { place: Place; round: string; method: string },
): Promise<string | null> {
  const found = await formOfKind(phone, "record", "q4_record");
  if (!found) return null;
  const answers = start(found.form, sourceOf(phone, of), nowWhen());
  const keeper = await phone.beginDraft({
    kind: "record",
    form: found.ref,
    sample_id: null,
    household: null,
    place: of.place.code,
    round: of.round || null,
    answers: withAnswer(found.form, answers, "method", of.method),
  });
  keeper.close();
  return keeper.draft.value.draft_id;
}

/** A record sealed here, once more with its answers, from 签收 on; the earlier one stays. Null when it is not here. */
export async function beginCorrection(
  phone: Phone,
  opId: string,
  { form, formRef }: { form: Form; formRef: FormRef },
  why: string,
): Promise<string | null> {
  const keeper = await phone.beginCorrection(opId, { form: formRef, why, page: pages(form).length });
  keeper?.close();
  return keeper?.draft.value.draft_id ?? null;
}

/** A look-back at a household, or at a problem of a place. */
export async function beginLookBack(
  phone: Phone,
  of: { place: Place | null; round: string; household: string | null },
): Promise<string | null> {
  const same = phone.drafts.value.find(
    (draft) => draft.corrects === null && draft.kind === "look_back" && draft.household !== null && draft.household === of.household,
  );
  if (same) return same.draft_id;
  const found = await formOfKind(phone, "look_back", "q5_lookback");
  if (!found) return null;
  const keeper = await phone.beginDraft({
    kind: "look_back",
    form: found.ref,
    sample_id: null,
    household: of.household,
    place: of.household ? null : (of.place?.code ?? null),
    round: of.round || null,
    answers: start(found.form, sourceOf(phone, of), nowWhen()),
  });
  keeper.close();
  return keeper.draft.value.draft_id;
}
