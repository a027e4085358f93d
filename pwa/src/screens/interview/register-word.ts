/** The register keeps codes where the questionnaire has choices; the questionnaire's own words say them. */
import { filed, type Form } from "../../domain/form/index.ts";
import type { SampleView } from "../../sync/index.ts";
import { lang } from "../../ui/words.ts";
import { pointerOf } from "./visit.ts";

/** What the register says for the question of this name, in words; "" where the form does not ask it. */
export function registerWord(form: Form, sample: SampleView, question: string): string {
  const pointer = pointerOf(form, question);
  if (!pointer) return "";
  const source = { sample: sample as unknown as Record<string, unknown>, household: sample.household };
  return filed(form, source, pointer, lang.value) ?? "";
}
