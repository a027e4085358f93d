/**
 * The questionnaire evaluator: what to show, what is calculated, what is wrong, what is sealed.
 *
 * Pure and without a clock: the same form, answers and day always give the same state. Its twin on the
 * server (app/survey/questionnaires) judges the same answers again; one file of cases holds both.
 */
export type {
  Answer, Answers, Choice, Expr, Form, FormProblem, FormState, Item, ItemKind, Lang, Placed, Prefill,
  PrefillSource, ProblemCode, Template, Text, When,
} from "./types";

import type { Answers, Choice, Form, FormProblem, FormState, Item, Lang, Placed, PrefillSource, Text, When } from "./types";

const later = (): never => {
  throw new Error("being written");
};

/** Answers of a new interview: defaults, hidden fields and what the register knows, `start` set to `when.now`. */
export function start(form: Form, source: PrefillSource, when: When): Answers { return later(); }

/** Relevance and calculations for these answers (a few ms for the longest form). */
export function compute(form: Form, answers: Answers, when: When): FormState { return later(); }

/** What is wrong with this one answer (required, type, choice, constraint), or null. Not relevant: null. */
export function check(state: FormState, pointer: string): FormProblem | null { return later(); }

/** All that is wrong, in the order of the form; `section` limits it to one page. Empty: may be sealed. */
export function validate(state: FormState, section?: string): FormProblem[] { return later(); }

/** The answers to seal: relevant ones and calculations only, no blanks, no empty rows, `end` set to `when.now`. */
export function prune(state: FormState): Answers { return later(); }

/** The pages: top-level groups in order (relevant or not). */
export function pages(form: Form): Item[] { return later(); }

/** The pages to be walked with these answers. */
export function relevantPages(state: FormState): Item[] { return later(); }

/**
 * What a page shows, flat and in order: relevant notes and questions, nested groups and repeats as
 * headings (`item.kind` "group"/"repeat", at their own pointer), each row of a repeat at its pointer.
 */
export function shown(state: FormState, section: string): Placed[] { return later(); }

/** The choices offered for a select, filtered. */
export function choicesOf(state: FormState, pointer: string): Choice[] { return later(); }

/** A label, hint, message or choice label as plain text in one language. */
export function textOf(state: FormState, text: Text | undefined, lang: Lang, pointer?: string): string { return later(); }

/** What the register says for this question, ready to follow 登记: (a choice's label, or the value), or null. */
export function filed(form: Form, source: PrefillSource, pointer: string, lang: Lang): string | null { return later(); }

/** The item of the form at a pointer (rows are skipped), or null. */
export function itemAt(form: Form, pointer: string): Item | null { return later(); }

/** The answer at a pointer; "" when blank. */
export function getAnswer(answers: Answers, pointer: string): string { return later(); }

/** New answers with this one changed; "" takes the key away. Never changes its argument. */
export function setAnswer(answers: Answers, pointer: string, value: string): Answers { return later(); }

/** New answers with one more row (holding its defaults) at the end of a repeat (`/close/issues`). */
export function addRow(form: Form, answers: Answers, pointer: string): Answers { return later(); }

/** New answers without this row (`/close/issues/0`); later rows move up. */
export function removeRow(answers: Answers, pointer: string): Answers { return later(); }

/** photo_ids of these answers with the pointers of their questions. */
export function photosOf(form: Form, answers: Answers): { pointer: string; photoId: string }[] { return later(); }
