/**
 * A whole verdict in one call, for the tests that hold this evaluator and its Python twin together.
 * The app never imports it.
 */
import { compute, filed, prune, shown, start, textOf, validate } from "./index";
import { State } from "./state";
import type { Answers, Expr, Form, PrefillSource } from "./types";
import { toText } from "./values";

export interface Request {
  today: string;
  answers?: Answers;
  source?: PrefillSource;
  /** With `at`: evaluate one tree at a place instead of judging the answers. */
  tree?: Expr;
  at?: (string | number)[];
}

export function answerRequest(form: Form, request: Request): unknown {
  const when = { today: request.today, now: "" };
  if (request.source) {
    const known = form.prefill.map((rule) => filed(form, request.source as PrefillSource, rule.to, "zh"));
    return { answers: start(form, request.source, when), filed: known };
  }
  if (request.at) {
    const state = new State(form, request.answers ?? {}, when);
    return { text: toText(state.evaluate(request.tree as Expr, request.at)) };
  }
  const state = compute(form, request.answers ?? {}, when);
  const notes = form.items
    .filter((item) => item.kind === "group")
    .flatMap((page) => shown(state, page.name))
    .filter((placed) => placed.item.kind === "note")
    .map((placed) => [placed.pointer, textOf(state, placed.item.label, "zh", placed.pointer), textOf(state, placed.item.label, "en", placed.pointer)]);
  return {
    errors: validate(state).map((wrong) => [wrong.pointer, wrong.code, wrong.zh, wrong.en]),
    answers: prune(state),
    notes,
  };
}
