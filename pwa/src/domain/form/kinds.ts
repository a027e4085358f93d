/** What a text must look like to be an answer of its kind, and the words when it is not; twin of rules.py. */
import type { Item, ItemKind } from "./types";
import { dayNumber, isNumber } from "./values";

const INTEGER = /^-?[0-9]{1,15}$/;
const DECIMAL = /^-?[0-9]{1,15}(?:\.[0-9]{1,15})?$/;
const TIME = /^([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})?$/;
const UUID = /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/;

/** [Chinese, English] by code, or by kind for a wrong type. */
export const WORDS = {
  required: ["请回答这一题", "Please answer this question"],
  choice: ["请从所列选项中选择", "Please choose from the listed options"],
  constraint: ["这个答案不在允许范围内", "This answer is not allowed"],
  integer: ["请填整数", "Please enter a whole number"],
  decimal: ["请填数字", "Please enter a number"],
  date: ["日期应为 年-月-日", "A date is year-month-day"],
  time: ["时间应为 时:分", "A time is hours:minutes"],
  geopoint: ["位置格式不对", "The position is not readable"],
  image: ["照片编号不对", "The photo id is not readable"],
  audio: ["录音编号不对", "The recording's id is not readable"],
  range: ["请在所给范围内选一个数", "Please choose a number within the range"],
  rank: ["请给每个选项都排上名次", "Please give every option its place"],
  acknowledge: ["确认格式不对", "The confirmation is not readable"],
  instant: ["时间格式不对", "The instant is not readable"],
} as const;

/** Whether a text is one of its kind; selects are judged by their list. */
export function fits(kind: ItemKind, text: string): boolean {
  switch (kind) {
    case "integer": return INTEGER.test(text);
    case "decimal": case "range": return DECIMAL.test(text);
    case "date": case "today": return dayNumber(text) !== null;
    case "time": return isTime(text);
    case "start": case "end": return text[10] === "T" && dayNumber(text.slice(0, 10)) !== null && isTime(text.slice(11));
    case "geopoint": return isPosition(text);
    case "image": case "audio": return UUID.test(text);
    case "acknowledge": return text === "OK";
    default: return true;
  }
}

/** Whether a number stands on a step of a range, both ends included. */
export function inRange({ start, end, step, whole }: NonNullable<Item["range"]>, text: string): boolean {
  const number = Number(text);
  if (!(start <= number && number <= end) || (whole && !INTEGER.test(text))) return false;
  const steps = (number - start) / step;
  return Math.abs(steps - Math.floor(steps + 0.5)) < 1e-9;
}

function isTime(text: string): boolean {
  const match = TIME.exec(text);
  return match !== null && Number(match[1]) < 24 && Number(match[2]) < 60 && Number(match[3] ?? 0) < 60;
}

function isPosition(text: string): boolean {
  const parts = text.split(" ");
  if (parts.length < 2 || parts.length > 4 || !parts.every((part) => isNumber(part) && part.length <= 30)) return false;
  const [latitude = NaN, longitude = NaN, , accuracy = 0] = parts.map(Number);
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 && accuracy >= 0;
}
