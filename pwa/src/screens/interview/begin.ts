/** A visit begins: with what the register knows, or goes on where its draft stands. */
import { setAnswer, start, type Answers, type Form } from "../../domain/form/index.ts";
import type { Phone, SampleView } from "../../sync/index.ts";
import { formFor } from "../phone.ts";
import { nowWhen, pointerOf } from "./visit.ts";

/** Answers a visit begins with: the register's, the number of this doorstep, and nobody home if said so. */
function firstAnswers(form: Form, sample: SampleView, nobody: boolean): Answers {
  const source = { sample: sample as unknown as Record<string, unknown>, household: sample.household };
  let answers = start(form, source, nowWhen());
  const attempt = pointerOf(form, "attempt_no");
  if (attempt) answers = setAnswer(answers, attempt, String(Math.min(3, sample.attempts + 1)));
  const contact = pointerOf(form, "contact_result");
  if (contact && nobody) answers = setAnswer(answers, contact, "absent");
  return answers;
}

/** The draft to go on with, saved before this resolves; null when its form is not on this phone. */
export async function begin(phone: Phone, sample: SampleView, nobody: boolean): Promise<string | null> {
  if (sample.draft_id) {
    const keeper = nobody ? await phone.openDraft(sample.draft_id) : null;
    if (keeper) {
      const form = await phone.form<Form>(keeper.draft.value.form.sha256);
      const contact = form ? pointerOf(form, "contact_result") : null;
      if (contact) keeper.change({ answers: setAnswer(keeper.draft.value.answers, contact, "absent"), page: 0 });
      await keeper.flush();
      keeper.close();
    }
    return sample.draft_id;
  }
  const ref = formFor(phone.pack.value, sample.form_id);
  const form = ref ? await phone.form<Form>(ref.sha256) : null;
  if (!ref || !form) return null;
  const keeper = await phone.beginDraft({
    form: ref,
    sample_id: sample.sample_id,
    household: sample.household.unit,
    answers: firstAnswers(form, sample, nobody),
  });
  keeper.close();
  return keeper.draft.value.draft_id;
}
