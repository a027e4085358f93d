/** What changes for a draft that moves to another version of its form: told before anybody agrees. */
import { check, compute, getAnswer, shown, pages, type Form, type Item, type When } from "../../domain/form/index.ts";
import type { Answers } from "../../domain/wire.ts";
import { isQuestion } from "./reading.ts";

export interface Differences {
  added: Item[];
  removed: Item[];
  changed: Item[];
  /** Answered questions whose answer the new version does not take. */
  lost: Item[];
}

interface Known {
  item: Item;
  pointer: string;
}

function questionsOf(form: Form): Map<string, Known> {
  const found = new Map<string, Known>();
  const walk = (items: readonly Item[], under: string) => {
    for (const item of items) {
      const pointer = `${under}/${item.name}`;
      if (isQuestion(item)) found.set(pointer, { item, pointer });
      if (item.items) walk(item.items, pointer);
    }
  };
  walk(form.items, "");
  return found;
}

function sameQuestion(a: Item, b: Item, from: Form, to: Form): boolean {
  const words = ({ kind, label, hint, required, relevant, constraint, filter }: Item) =>
    JSON.stringify([kind, label, hint, required, relevant, constraint, filter]);
  const list = (item: Item, form: Form) => JSON.stringify(item.list ? form.choices[item.list] : null);
  return words(a) === words(b) && list(a, from) === list(b, to);
}

/** Compare two versions over the answers of a draft. */
export function differences(from: Form, to: Form, answers: Answers, when: When): Differences {
  const before = questionsOf(from);
  const after = questionsOf(to);
  const state = compute(to, answers, when);
  const added = [...after.values()].filter((each) => !before.has(each.pointer));
  const removed = [...before.values()].filter((each) => !after.has(each.pointer));
  const changed = [...after.values()].filter((each) => {
    const old = before.get(each.pointer);
    return old !== undefined && !sameQuestion(old.item, each.item, from, to);
  });
  const lost = pages(to)
    .flatMap((page) => shown(state, page.name))
    .filter((each) => isQuestion(each.item) && getAnswer(answers, each.pointer) !== "" && isUnfit(check(state, each.pointer)?.code));
  const items = (all: readonly { item: Item }[]) => all.map((each) => each.item);
  return { added: items(added), removed: items(removed), changed: items(changed), lost: items(lost) };
}

function isUnfit(code: string | undefined): boolean {
  return code === "type" || code === "choice";
}
