/** Fetches the questionnaire's part of the app once; it stays for as long as the page does. */
import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import type { Form } from "../domain/form/index.ts";
import { formFor, usePhone } from "./phone.ts";

export type Questionnaire = typeof import("./interview/index.ts");

/** The part, once it is here. */
export const questionnaire = signal<Questionnaire | null>(null);

let running: Promise<Questionnaire> | null = null;

/** Have it ready; tried again at the next call when it could not be fetched. */
export function loadQuestionnaire(): Promise<Questionnaire> {
  running ??= import("./interview/index.ts").then(
    (part) => (questionnaire.value = part),
    (error: unknown) => {
      running = null;
      throw error;
    },
  );
  return running;
}

/** The newest form of this name, with the part that reads it; null while either is not here. */
export function useForm(formId: string | null): Form | null {
  const phone = usePhone();
  const [form, setForm] = useState<Form | null>(null);
  const ref = formId ? formFor(phone.pack.value, formId) : null;
  useEffect(() => {
    void loadQuestionnaire().catch(() => undefined);
    if (ref) void phone.form<Form>(ref.sha256).then(setForm);
  }, [ref?.sha256]);
  return form;
}
