/**
 * Amounts as they are spoken, so that an inspector who reads back 两万元 hears a
 * tenfold slip that the eye passes over in 20000. Works on the digits as text:
 * no floating point comes near a sum of money.
 */

const DIGITS = "零一二三四五六七八九";
const PLACES = ["", "十", "百", "千"];
const GROUPS = ["", "万", "亿", "万亿"];

/** Full-width digits, thousands separators and blanks become the plain number that was meant. */
export function plainNumber(typed: string): string {
  let out = "";
  for (const char of typed) {
    const code = char.codePointAt(0) as number;
    if (code >= 0xff10 && code <= 0xff19) out += String.fromCharCode(code - 0xff10 + 48);
    else if (char === "-" || char === "−" || char === "－" || char === "–") out += "-";
    else if (char === "." || char === "．" || char === "。") out += ".";
    else if (!/[\s,，_'']/.test(char)) out += char;
  }
  return out;
}

function spokenGroup(group: string, leads: boolean): string {
  let out = "";
  let gap = false;
  for (let i = 0; i < 4; i++) {
    const digit = Number(group[i]);
    const place = 3 - i;
    if (digit === 0) {
      gap = out !== "";
      continue;
    }
    if (gap) out += "零";
    gap = false;
    if (digit === 2 && place >= 2) out += "两";
    else if (!(digit === 1 && place === 1 && out === "" && leads)) out += DIGITS[digit];
    out += PLACES[place];
  }
  return out;
}

function spokenWhole(digits: string): string {
  const bare = digits.replace(/^0+/, "");
  if (bare === "") return "零";
  if (bare === "2") return "两";
  const padded = bare.padStart(Math.ceil(bare.length / 4) * 4, "0");
  const count = padded.length / 4;
  let out = "";
  let skipped = false;
  for (let g = 0; g < count; g++) {
    const group = padded.slice(g * 4, g * 4 + 4);
    if (group === "0000") {
      skipped = true;
      continue;
    }
    if (out !== "" && (skipped || group[0] === "0")) out += "零";
    skipped = false;
    const unit = count - 1 - g;
    out += group === "0002" && unit > 0 ? "两" : spokenGroup(group, out === "");
    out += GROUPS[unit];
  }
  return out;
}

/**
 * The spoken form of a sum in yuan (`20000` → `两万元`, `-300` → `负三百元`), or "" when
 * the text is not a plain number or has more than sixteen digits before the point.
 */
export function spokenAmount(typed: string): string {
  const match = /^(-?)(\d{1,16})(?:\.(\d{1,4}))?$/.exec(typed);
  if (!match) return "";
  const [, minus, whole, part] = match as unknown as [string, string, string, string | undefined];
  const decimals = (part ?? "").replace(/0+$/, "");
  const zero = /^0+$/.test(whole) && decimals === "";
  let out = spokenWhole(whole);
  if (decimals !== "") {
    if (out === "两") out = "二";
    out += "点" + [...decimals].map((d) => DIGITS[Number(d)]).join("");
  }
  return (minus && !zero ? "负" : "") + out + "元";
}

const ONES = (
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen " +
  "fifteen sixteen seventeen eighteen nineteen"
).split(" ");
const TENS = "x x twenty thirty forty fifty sixty seventy eighty ninety".split(" ");
const SCALES = ["", " thousand", " million", " billion", " trillion"];

function englishBelowThousand(n: number): string {
  const hundreds = Math.floor(n / 100);
  const rest = n % 100;
  let tail = "";
  if (rest >= 20) tail = TENS[Math.floor(rest / 10)] + (rest % 10 ? "-" + ONES[rest % 10] : "");
  else if (rest > 0) tail = ONES[rest] as string;
  if (hundreds === 0) return tail;
  return ONES[hundreds] + " hundred" + (tail ? " " + tail : "");
}

/** The English twin of `spokenAmount`: `20000` → `twenty thousand yuan`. */
export function spokenAmountEn(typed: string): string {
  const match = /^(-?)(\d{1,15})(?:\.(\d{1,4}))?$/.exec(typed);
  if (!match) return "";
  const [, minus, whole, part] = match as unknown as [string, string, string, string | undefined];
  const padded = whole.padStart(Math.ceil(whole.length / 3) * 3, "0");
  const words: string[] = [];
  for (let g = 0; g < padded.length / 3; g++) {
    const n = Number(padded.slice(g * 3, g * 3 + 3));
    if (n > 0) words.push(englishBelowThousand(n) + SCALES[padded.length / 3 - 1 - g]);
  }
  const decimals = (part ?? "").replace(/0+$/, "");
  const zero = words.length === 0 && decimals === "";
  let out = words.length === 0 ? "zero" : words.join(" ");
  if (decimals !== "") out += " point " + [...decimals].map((d) => ONES[Number(d)]).join(" ");
  return (minus && !zero ? "minus " : "") + out + " yuan";
}
