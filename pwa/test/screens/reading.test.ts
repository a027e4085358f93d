import { describe, expect, it } from "vitest";
import type { Item, Placed } from "../../src/domain/form/index.ts";
import { blocksOf } from "../../src/screens/interview/blocks.ts";
import { tapped } from "../../src/screens/interview/choices.tsx";
import { allowsNegative, isMoney, lengthLimit, questionId } from "../../src/screens/interview/reading.ts";

const text = (zh: string) => ({ zh, en: "" });
const money = (zh: string, section = "五、上年度收入(元,全家)", kind: Item["kind"] = "integer") =>
  isMoney({ kind, name: "x", label: text(zh) }, { kind: "group", name: "s", label: text(section) });

describe("what the screens read out of the rules", () => {
  it("the bound of a text is found beside other conditions", () => {
    const length = ["string-length", ["."]] as [string, [string]];
    const rule: Item = { kind: "text", name: "x", constraint: ["and", [">=", length, 4], ["<=", length, 200]] };
    expect(lengthLimit(rule)).toBe(200);
    expect(lengthLimit({ kind: "text", name: "x" })).toBeNull();
  });

  it("the minus key is offered only where a number may be negative", () => {
    const between = (low: Item["constraint"]): Item => ({
      kind: "integer",
      name: "x",
      constraint: ["and", [">=", ["."], low as number], ["<=", ["."], 1000000]],
    });
    expect(allowsNegative(between(["neg", 300000]))).toBe(true);
    expect(allowsNegative(between(-300000))).toBe(true);
    expect(allowsNegative(between(0))).toBe(false);
    expect(allowsNegative({ kind: "integer", name: "x" })).toBe(false);
  });

  it("sums in yuan are known by their words, counts and 万元 are not", () => {
    expect(money("务工工资(含公益性岗位)")).toBe(true);
    expect(money("近12个月自己掏的医药费(元)", "四、两不愁三保障")).toBe(true);
    expect(money("户籍人口(人)", "二、访问")).toBe(false);
    expect(money("已支付(万元)", "资金")).toBe(false);
    expect(money("收入来源", undefined, "select_multiple")).toBe(false);
  });
});

describe("a tap on a row", () => {
  const order = ["a", "b", "none"];
  it("of a single choice replaces, of a multiple one adds and takes away in the form's order", () => {
    expect(tapped("a", "b", false, order)).toBe("b");
    expect(tapped("none", "a", true, order)).toBe("a none");
    expect(tapped("a none", "a", true, order)).toBe("none");
    expect(tapped("none", "none", true, order)).toBe("");
  });
  it("keeps a value that the form no longer offers", () => {
    expect(tapped("old b", "a", true, order)).toBe("a b old");
  });
});

describe("a page with a repeat", () => {
  const item = (kind: Item["kind"], name: string): Item => ({ kind, name });
  const at = (kind: Item["kind"], pointer: string, row?: number): Placed => {
    const name = pointer.split("/").pop() as string;
    return { item: item(kind, name), pointer, ...(row === undefined ? {} : { repeat: { name: "issues", row } }) };
  };
  const page: Placed[] = [
    at("select_one", "/close/exit_judge"),
    at("repeat", "/close/issues"),
    at("select_one", "/close/issues/0/issue_type", 0),
    at("text", "/close/issues/0/issue_text", 0),
    at("select_one", "/close/issues/1/issue_type", 1),
    at("image", "/close/photo_visit"),
  ];

  it("gathers the rows and goes on behind them", () => {
    const blocks = blocksOf(page);
    expect(blocks.map((each) => [each.kind, each.placed.pointer])).toEqual([
      ["item", "/close/exit_judge"],
      ["repeat", "/close/issues"],
      ["item", "/close/photo_visit"],
    ]);
    const repeat = blocks[1];
    expect(repeat?.kind === "repeat" && repeat.rows.map((row) => [row.pointer, row.items.length])).toEqual([
      ["/close/issues/0", 2],
      ["/close/issues/1", 1],
    ]);
  });

  it("shows an empty repeat with no rows", () => {
    const empty = blocksOf(page.slice(1, 2));
    expect(empty[0]?.kind === "repeat" && empty[0].rows).toEqual([]);
  });

  it("names its questions as scripts expect them", () => {
    expect(questionId(page[0] as Placed)).toBe("question-exit_judge");
    expect(questionId(page[4] as Placed)).toBe("question-issues-2-issue_type");
  });
});
