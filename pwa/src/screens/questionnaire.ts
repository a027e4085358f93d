/** Fetches the questionnaire's part of the app once; it stays for as long as the page does. */
import { signal } from "@preact/signals";

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
