import { describe, expect, it } from "vitest";
import { plainNumber, spokenAmount, spokenAmountEn } from "../../src/ui/money";

describe("an amount is read back as it is spoken", () => {
  const cases: [string, string, string][] = [
    ["0", "零元", "zero yuan"],
    ["-0", "零元", "zero yuan"],
    ["2", "两元", "two yuan"],
    ["10", "十元", "ten yuan"],
    ["12", "十二元", "twelve yuan"],
    ["20", "二十元", "twenty yuan"],
    ["22", "二十二元", "twenty-two yuan"],
    ["101", "一百零一元", "one hundred one yuan"],
    ["110", "一百一十元", "one hundred ten yuan"],
    ["202", "两百零二元", "two hundred two yuan"],
    ["1001", "一千零一元", "one thousand one yuan"],
    ["1010", "一千零一十元", "one thousand ten yuan"],
    ["2000", "两千元", "two thousand yuan"],
    ["2222", "两千两百二十二元", "two thousand two hundred twenty-two yuan"],
    ["3750", "三千七百五十元", "three thousand seven hundred fifty yuan"],
    ["20000", "两万元", "twenty thousand yuan"],
    ["10500", "一万零五百元", "ten thousand five hundred yuan"],
    ["100000", "十万元", "one hundred thousand yuan"],
    ["110000", "十一万元", "one hundred ten thousand yuan"],
    ["101000", "十万一千元", "one hundred one thousand yuan"],
    ["100100", "十万零一百元", "one hundred thousand one hundred yuan"],
    ["120012", "十二万零一十二元", "one hundred twenty thousand twelve yuan"],
    ["220000", "二十二万元", "two hundred twenty thousand yuan"],
    ["1000000", "一百万元", "one million yuan"],
    ["20000000", "两千万元", "twenty million yuan"],
    ["100000001", "一亿零一元", "one hundred million one yuan"],
    ["200000000", "两亿元", "two hundred million yuan"],
    ["100010000", "一亿零一万元", "one hundred million ten thousand yuan"],
    ["1000000000000", "一万亿元", "one trillion yuan"],
    ["-3000", "负三千元", "minus three thousand yuan"],
    ["12.50", "十二点五元", "twelve point five yuan"],
    ["2.05", "二点零五元", "two point zero five yuan"],
    ["0020", "二十元", "twenty yuan"],
  ];
  for (const [typed, zh, en] of cases)
    it(`${typed} is ${zh}`, () => {
      expect(spokenAmount(typed)).toBe(zh);
      expect(spokenAmountEn(typed)).toBe(en);
    });

  it("a tenfold slip sounds different", () => {
    expect(spokenAmount("2000")).not.toBe(spokenAmount("20000"));
  });

  it("says nothing about what is not a number", () => {
    for (const typed of ["", "-", "abc", "1e5", "１２", "1.", "12345678901234567"])
      expect(spokenAmount(typed)).toBe("");
  });
});

describe("a number typed the local way is understood", () => {
  it("takes full-width digits, separators and blanks", () => {
    expect(plainNumber("２０，０００")).toBe("20000");
    expect(plainNumber(" 1,234．5 ")).toBe("1234.5");
    expect(plainNumber("－３００")).toBe("-300");
  });
  it("leaves what is not a number for the check to name", () => {
    expect(plainNumber("两千")).toBe("两千");
  });
});
