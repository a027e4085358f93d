/** A tap settles only what depends on it: after any number of taps the state is the one that a whole computation gives. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { change, check, choicesOf, compute, getAnswer, prune, shown, pages, textOf, validate, type Answers, type Form, type FormState, type Item } from "../../src/domain/form";

const read = (name: string): Form =>
  JSON.parse(readFileSync(new URL(`../../../tests/contracts/cases/form_${name}.json`, import.meta.url), "utf8")) as Form;
const when = { today: "2026-11-24", now: "" };

/** Repeatable chance (mulberry32). */
function chance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

function leaves(items: Item[], above: string): { pointer: string; item: Item }[] {
  return items.flatMap((item) => {
    const pointer = `${above}/${item.name}`;
    if (item.kind === "group") return leaves(item.items ?? [], pointer);
    if (item.kind === "repeat") return [0, 1].flatMap((row) => leaves(item.items ?? [], `${pointer}/${row}`));
    return ["note", "calculate", "audit"].includes(item.kind) ? [] : [{ pointer, item }];
  });
}

function anAnswer(form: Form, item: Item, next: (below: number) => number): string {
  if (next(6) === 0) return "";
  const list = item.list ? (form.choices[item.list] ?? []) : [];
  if (list.length) return item.kind === "select_one" ? (list[next(list.length)]?.value ?? "") : list.slice(0, 1 + next(3)).map(({ value }) => value).join(" ");
  return ["0", "1", "2", "4", "2000", "20000", "completed", "2026-11-24", "水管冻裂,三天没水", "ab-12"][next(10)] as string;
}

const seen = (state: FormState): unknown => ({
  answers: prune(state),
  wrong: validate(state),
  shown: pages(state.form).map((page) => shown(state, page.name).map(({ item, pointer }) => [pointer, textOf(state, item.label, "zh", pointer), choicesOf(state, pointer)])),
});

/** How every shown item looks, by pointer: its words, its choices, its answer and what is wrong with it. */
const looks = (state: FormState): Map<string, string> =>
  new Map(
    pages(state.form).flatMap((page) =>
      shown(state, page.name).map(({ item, pointer }): [string, string] => {
        const words = [item.label, item.hint, item.guidance].map((text) => textOf(state, text, "zh", pointer));
        const answer = item.kind === "group" || item.kind === "repeat" ? "" : getAnswer(state.answers, pointer);
        return [pointer, JSON.stringify([words, choicesOf(state, pointer), answer, check(state, pointer)])];
      }),
    ),
  );

describe("what a tap does not name", () => {
  for (const name of ["q1_poor", "q2_nonpoor", "q3_visit", "q4_record", "q5_lookback", "torture"])
    it(`looks as before in ${name}, so that the screen may leave it`, () => {
      const form = read(name);
      const next = chance(name.length + 7);
      const places = leaves(form.items, "");
      let state = compute(form, {}, when);
      const door = places.find(({ item }) => item.name === "contact_result");
      if (door) state = change(state, door.pointer, "completed");
      let before = looks(state);
      for (let tap = 0; tap < 120; tap++) {
        const { pointer, item } = places[next(places.length)] as { pointer: string; item: Item };
        state = change(state, pointer, anAnswer(form, item, next));
        const after = looks(state);
        for (const [at, look] of after)
          if (before.has(at) && !state.touched.has(at)) expect(look, `tap ${tap} on ${pointer} at ${at}`).toBe(before.get(at));
        before = after;
      }
    });
});

describe("after many taps", () => {
  for (const name of ["q1_poor", "q2_nonpoor", "q3_visit", "q4_record", "q5_lookback", "torture"])
    it(`${name} stands as if computed anew`, () => {
      const form = read(name);
      const next = chance(name.length);
      const places = leaves(form.items, "");
      const door = places.find(({ item }) => item.name === "contact_result");
      let state = compute(form, {}, when);
      let answers: Answers = {};
      for (let tap = 0; tap < 300; tap++) {
        const { pointer, item } = (tap === 0 && door) || (places[next(places.length)] as { pointer: string; item: Item });
        const value = tap === 0 && door ? "completed" : anAnswer(form, item, next);
        const before = state;
        state = change(state, pointer, value);
        answers = state.answers;
        if (tap % 10 === 0) expect(seen(state), `tap ${tap} ${pointer}`).toEqual(seen(compute(form, answers, when)));
        expect(state.touched.has(pointer)).toBe(true);
        if (tap === 150) expect(before.value(pointer)).toBe(compute(form, before.answers, when).value(pointer));
      }
    });

  it("names what may look different and nothing else", () => {
    const form = read("q1_poor");
    let state = change(compute(form, {}, when), "/cover/contact_result", "completed");
    expect(state.touched.has("/main")).toBe(true);
    state = change(state, "/satisfaction/sat_way", "2");
    expect([...state.touched].sort()).toEqual(["/satisfaction/sat_way", "/satisfaction/unsat_why"]);
    state = change(state, "/satisfaction/sat_team", "1");
    expect([...state.touched]).toEqual(["/satisfaction/sat_team"]);
  });

  it("offers the same array of choices while nothing changes it", () => {
    const form = read("torture");
    const state = change(compute(form, {}, when), "/g/town", "t1");
    const offered = choicesOf(state, "/g/village");
    expect(offered.map(({ value }) => value)).toEqual(["v1", "v2"]);
    expect(choicesOf(change(state, "/g/n", "5"), "/g/village")).toBe(offered);
  });
});
