import { describe, expect, it } from "vitest";
import { parse, plain } from "../../src/ui/marked.tsx";

const runs = (text: string) => parse(text)[0]?.runs;

describe("the little Markdown of labels", () => {
  it("makes strong and emphasised words", () => {
    expect(runs("请**不要**念选项")).toEqual([{ text: "请" }, { text: "不要", strong: true }, { text: "念选项" }]);
    expect(runs("say *nothing* here")).toEqual([{ text: "say " }, { text: "nothing", emphasis: true }, { text: " here" }]);
    expect(runs("__一户__一张")).toEqual([{ text: "一户", strong: true }, { text: "一张" }]);
  });

  it("leaves sums, names and single stars as they are", () => {
    for (const text of ["人数*天数*单价", "file_name_of", "2 * 3 * 4", "5*", "_", "**"]) expect(plain(text)).toBe(text);
  });

  it("reads headings and lists line by line", () => {
    expect(parse("# 须知\n- 先出示证件\n1. 再念告知\n好").map((block) => block.kind)).toEqual(["heading", "bullet", "numbered", "text"]);
  });

  it("keeps of a link its words, and of HTML its letters", () => {
    expect(plain("见[通知](https://example.test/x)第二条")).toBe("见通知第二条");
    expect(plain("<b onclick=x>危险</b>")).toBe("<b onclick=x>危险</b>");
    expect(plain("\\*不是强调\\*")).toBe("*不是强调*");
  });

  it("ends quickly on hostile text", () => {
    const before = performance.now();
    plain("*".repeat(5000) + "a_".repeat(5000) + "[".repeat(5000));
    expect(performance.now() - before).toBeLessThan(500);
  });
});
