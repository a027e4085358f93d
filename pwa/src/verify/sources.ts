/**
 * Where a seed may come from, how its parts are written and how many outcomes it has; the twin of the service's
 * methods/draw/sources.py. Below 40 bits somebody could try codings of the frame until one suits.
 */
import { sha256Hex } from "../domain/text.ts";

/** One part that a source announces. */
export interface Part {
  zh: string;
  en: string;
  outcomes: bigint;
  party: number | null;
  fits(text: string): boolean;
}

interface Lottery {
  zh: string;
  en: string;
  pattern: RegExp;
  outcomes: bigint;
  highest: number[];
}

const FEWEST_BITS = 40;
const DICE10 = /^[0-9]{20}$/;
const DICE6 = /^[1-6]{26}$/;

function choose(n: number, k: number): bigint {
  let found = 1n;
  for (let i = 1n; i <= BigInt(k); i += 1n) found = (found * (BigInt(n) - BigInt(k) + i)) / i;
  return found;
}

function power(base: bigint, exponent: number): bigint {
  let found = 1n;
  for (let i = 0; i < exponent; i += 1) found *= base;
  return found;
}

function balls(...groups: number[]): RegExp {
  return new RegExp(`^${groups.map((size) => `[0-9]{2}(?:\\.[0-9]{2}){${size - 1}}`).join("-")}$`);
}

const LOTTERIES: Record<string, Lottery> = {
  SSQ: { zh: "双色球", en: "6 of 33 and 1 of 16", pattern: balls(6, 1), outcomes: choose(33, 6) * 16n, highest: [33, 16] },
  DLT: {
    zh: "大乐透",
    en: "5 of 35 and 2 of 12",
    pattern: balls(5, 2),
    outcomes: choose(35, 5) * choose(12, 2),
    highest: [35, 12],
  },
  KL8: { zh: "快乐8", en: "20 of 80", pattern: balls(20), outcomes: choose(80, 20), highest: [80] },
  PL5: { zh: "排列5", en: "5 digits", pattern: /^[0-9]{5}$/, outcomes: 100000n, highest: [] },
  PL3: { zh: "排列3", en: "3 digits", pattern: /^[0-9]{3}$/, outcomes: 1000n, highest: [] },
  FC3D: { zh: "福彩3D", en: "3 digits", pattern: /^[0-9]{3}$/, outcomes: 1000n, highest: [] },
};

/** What the source announces, part by part, or null where these rules do not know it. */
export function partsOf(source: string): Part[] | null {
  const found: Part[] = [];
  let parties = 0;
  for (const component of source.split(".")) {
    const dice = /^DICE(10|6)X([1-9][0-9]?)$/.exec(component);
    const party = /^PARTY([2-9])$/.exec(component);
    const lottery = /^([A-Z0-9]+)-([0-9]{1,10})$/.exec(component);
    const known = lottery && Object.prototype.hasOwnProperty.call(LOTTERIES, lottery[1]!) ? LOTTERIES[lottery[1]!] : null;
    if (dice) found.push(diceOf(Number(dice[1]), Number(dice[2])));
    else if (party) for (let i = 0; i < Number(party[1]); i += 1) found.push(partyOf((parties += 1)));
    else if (known) found.push(lotteryOf(known, lottery![2]!));
    else return null;
  }
  return found;
}

function diceOf(faces: number, throws: number): Part {
  const digits = faces === 10 ? "[0-9]" : "[1-6]";
  const said = faces === 10 ? "0–9" : "1–6";
  const pattern = new RegExp(`^${digits}{${throws}}$`);
  return {
    zh: `${throws} 位数字 ${said}`,
    en: `${throws} digits ${said.replace("–", "-")}`,
    outcomes: power(BigInt(faces), throws),
    party: null,
    fits: (text) => pattern.test(text),
  };
}

function partyOf(number: number): Part {
  return {
    zh: `第${number}方的 16 位十六进制数(未按时公开的,当众掷 20 个十面骰或 26 个六面骰代替)`,
    en: `16 hexadecimal characters of party ${number} (20 ten-sided or 26 six-sided dice if it does not open in time)`,
    // All parties together count as one: whoever opens last has seen the others.
    outcomes: number === 1 ? power(16n, 16) : 1n,
    party: number,
    fits: (text) => /^[0-9A-F]{16}$/.test(text) || DICE10.test(text) || DICE6.test(text),
  };
}

function lotteryOf(lottery: Lottery, issue: string): Part {
  return {
    zh: `${lottery.zh}第${issue}期号码`,
    en: `${lottery.en}, issue ${issue}`,
    outcomes: lottery.outcomes,
    party: null,
    fits: (text) => lottery.pattern.test(text) && isDrawn(lottery, text),
  };
}

/** Balls ascend within their group and exist. */
function isDrawn(lottery: Lottery, text: string): boolean {
  return lottery.highest.every((highest, group) => {
    const numbers = (text.split("-")[group] ?? "").split(".").map(Number);
    return numbers.every((ball, place) => ball >= 1 && ball <= highest && (place === 0 || ball > numbers[place - 1]!));
  });
}

/** Whole bits that the parts are worth. */
export function bitsOf(parts: readonly Part[]): number {
  let outcomes = parts.reduce((product, part) => product * part.outcomes, 1n);
  let bits = -1;
  for (; outcomes > 0n; outcomes >>= 1n) bits += 1;
  return bits;
}

/** Whether a known source is worth enough; null where these rules do not know it. */
export function isEnough(source: string): boolean | null {
  const parts = partsOf(source);
  return parts ? bitsOf(parts) >= FEWEST_BITS : null;
}

/** What a party hands in before anybody opens. */
export function pledge(draw: string, number: number, value: string): string {
  return sha256Hex(`HHD1|P|${draw}|${number}|${value}`);
}

/** The first part (from 1) that is neither the value its party pledged nor dice; 0 when all hold. */
export function pledgeFault(draw: string, source: string, parts: readonly string[], pledges: readonly string[]): number {
  const announced = partsOf(source) ?? [];
  const place = announced.findIndex((part, index) => {
    const text = parts[index];
    if (part.party === null || text === undefined || DICE10.test(text) || DICE6.test(text)) return false;
    return pledge(draw, part.party, text) !== pledges[part.party - 1];
  });
  return place + 1;
}
