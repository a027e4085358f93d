import { describe, expect, it } from "vitest";
import { lang, loadEnglish, w } from "../../src/ui/words.ts";
import { en } from "../../src/ui/words-en.ts";

describe("one dictionary, two languages", () => {
  it("Chinese is spoken until English is here and chosen", async () => {
    lang.value = "en";
    expect(w().today).toBe("今日");
    await loadEnglish();
    expect(w().today).toBe("Today");
    lang.value = "zh";
    expect(w().today).toBe("今日");
  });

  it("every word stands in both, and takes the same number of arguments", () => {
    const zh = w() as unknown as Record<string, unknown>;
    const english = en as unknown as Record<string, unknown>;
    expect(Object.keys(english).sort()).toEqual(Object.keys(zh).sort());
    for (const [key, word] of Object.entries(zh)) {
      expect(typeof english[key], key).toBe(typeof word);
      if (typeof word === "string") expect(word.trim() === "" || english[key] === "", key).toBe(false);
    }
  });

  it("no English word is left in Chinese", () => {
    for (const [key, word] of Object.entries(en))
      if (typeof word === "string") expect(/[\u4e00-\u9fff]/.test(word), key).toBe(false);
  });
});
