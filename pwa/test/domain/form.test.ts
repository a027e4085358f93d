/** The cases that both twins run (the server's side: tests/rooms/questionnaires/test_cases.py). */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  addRow, check, choicesOf, compute, filed, getAnswer, itemAt, pages, photosOf, prune, relevantPages, removeRow, setAnswer,
  shown, start, textOf, validate, type Answers, type Form,
} from "../../src/domain/form";
import { State } from "../../src/domain/form/state";
import { FUNCTIONS, toText } from "../../src/domain/form/values";

const read = (name: string): unknown => JSON.parse(readFileSync(new URL(`../../../tests/contracts/cases/${name}`, import.meta.url), "utf8"));
const form = (name: string): Form => read(`form_${name}.json`) as Form;
const when = { today: "2026-11-24", now: "2026-11-24T01:02:03.456Z" };

interface ExpressionCase { name: string; tree: never; answers: Answers; at: (string | number)[]; text: string }
interface RecordCase {
  name: string; form: string; today: string; answers: Answers; errors: [string, string][]; more_errors?: boolean;
  messages?: Record<string, string>; values: Record<string, string>; hidden?: string[]; notes: string[];
}

describe("expressions", () => {
  const torture = form("torture");
  for (const known of (read("form_expressions.json") as { cases: ExpressionCase[] }).cases) {
    it(known.name, () => {
      expect(toText(new State(torture, known.answers, when).evaluate(known.tree, known.at))).toBe(known.text);
    });
  }
});

describe("records", () => {
  for (const known of read("form_cases.json") as RecordCase[]) {
    it(known.name, () => {
      const state = compute(form(known.form), known.answers, { today: known.today, now: "" });
      const wrong = validate(state);
      if (!known.more_errors) expect(wrong.map((one) => [one.pointer, one.code])).toEqual(known.errors);
      for (const [pointer, zh] of Object.entries(known.messages ?? {})) expect(check(state, pointer)?.zh).toBe(zh);
      for (const [pointer, text] of Object.entries(known.values)) expect(state.value(pointer), pointer).toBe(text);
      for (const pointer of known.hidden ?? []) expect(state.isRelevant(pointer), pointer).toBe(false);
      const notes = pages(state.form).flatMap((page) => shown(state, page.name))
        .filter(({ item }) => item.kind === "note" && Array.isArray(item.label?.zh))
        .map(({ item, pointer }) => textOf(state, item.label, "zh", pointer));
      expect(notes).toEqual(known.notes);
    });
  }
});

describe("what the screens use", () => {
  const q1 = form("q1_poor");
  const source = {
    sample: { sample_id: "2017-1-A1.640104-P.7", round: "2017-1" },
    household: { unit: "640104001201-0001", county_code: "640104", size: "4", hh_attr: "低保户", cause: "因病", status: "exited", exit_year: "2016", resettled: "1", subsidy: "2000" },
  };

  it("knows every function that an author may use", () => {
    const names = JSON.stringify(read("form_expressions.json"));
    expect(Object.keys(FUNCTIONS).length).toBe(35);
    expect(names).toContain("count-selected");
  });

  it("starts with what the register knows, and says so at the question", () => {
    const answers = start(q1, source, when);
    expect(getAnswer(answers, "/start")).toBe(when.now);
    expect(getAnswer(answers, "/sample_id")).toBe("2017-1-A1.640104-P.7");
    expect(getAnswer(answers, "/filed_subsidy")).toBe("2000");
    expect(getAnswer(answers, "/main/hh_attr")).toBe("dibao");
    expect(getAnswer(answers, "/cover/attempt_no")).toBe("1");
    expect(filed(q1, source, "/main/hh_attr", "zh")).toBe("低保贫困户");
    expect(filed(q1, source, "/main/hh_attr", "en")).toBe("Poor household on dibao");
    expect(filed(q1, source, "/main/hh_size", "zh")).toBe("4");
    expect(filed(q1, source, "/main/live_size", "zh")).toBeNull();
    expect(filed(q1, source, "/filed_subsidy", "zh")).toBeNull();
  });

  it("walks only the door while nobody is met, and all sections once somebody is", () => {
    const answers = start(q1, source, when);
    expect(relevantPages(compute(q1, answers, when)).map((page) => page.name)).toEqual(["cover"]);
    const met = setAnswer(answers, "/cover/contact_result", "completed");
    expect(relevantPages(compute(q1, met, when)).length).toBe(8);
    expect(pages(q1).length).toBe(8);
  });

  it("shows the notice first, and asks the rows of a repeat one by one", () => {
    let answers = setAnswer(start(q1, source, when), "/cover/contact_result", "completed");
    answers = addRow(q1, addRow(q1, answers, "/close/issues"), "/close/issues");
    answers = setAnswer(answers, "/close/issues/1/issue_text", "屋顶漏雨");
    const state = compute(q1, answers, when);
    expect(shown(state, "main")[0]?.item.name).toBe("notice");
    const rows = shown(state, "close").filter(({ repeat }) => repeat);
    expect(rows.length).toBe(8);
    expect(rows[4]).toMatchObject({ pointer: "/close/issues/1/issue_type", repeat: { name: "issues", row: 1 } });
    expect(getAnswer(removeRow(answers, "/close/issues/0"), "/close/issues/0/issue_text")).toBe("屋顶漏雨");
    expect(removeRow(removeRow(answers, "/close/issues/1"), "/close/issues/0")["close"]).toEqual({});
  });

  it("never changes the answers it was given", () => {
    const answers = { main: { hh_size: "4" } };
    setAnswer(answers, "/main/hh_size", "5");
    addRow(q1, answers, "/close/issues");
    compute(q1, answers, when);
    expect(answers).toEqual({ main: { hh_size: "4" } });
  });

  it("seals relevant answers only, with the end written in", () => {
    let answers = setAnswer(start(q1, source, when), "/cover/contact_result", "absent");
    answers = setAnswer(answers, "/main/opinion", "留下的草稿");
    const sealed = prune(compute(q1, answers, when));
    expect(sealed["main"]).toBeUndefined();
    expect(sealed["end"]).toBe(when.now);
    expect(sealed["hh_id"]).toBe("640104001201-0001");
  });

  it("offers the choices of the chosen town only", () => {
    const state = compute(form("torture"), { g: { town: "t2" } }, when);
    expect(choicesOf(state, "/g/village").map((choice) => choice.value)).toEqual(["v3"]);
  });

  it("finds the photos and their questions", () => {
    const photoId = "0192f3a4-5b6c-4d7e-8f90-a1b2c3d4e5f6";
    const answers: Answers = { cover: { door_photo: photoId }, close: { issues: [{}, { issue_photo: photoId }] } };
    expect(photosOf(q1, answers)).toEqual([{ pointer: "/cover/door_photo", photoId }, { pointer: "/close/issues/1/issue_photo", photoId }]);
    expect(itemAt(q1, "/close/issues/1/issue_photo")?.max_pixels).toBe(1600);
  });

  it("is not fooled by names that every object has", () => {
    const answers = JSON.parse('{"__proto__": {"main": {"hh_size": "9"}}, "main": {}}') as Answers;
    expect(compute(q1, answers, when).value("/main/hh_size")).toBe("");
    expect(getAnswer({}, "/constructor")).toBe("");
  });
});
