/**
 * JSON read without losing anything that a signature covers: numbers stay as they were written, keys keep no order.
 *
 * `JSON.parse` would turn 1.0 into 1 and round long integers, and then a good signature would not fit.
 */

/** A number as it stands in the file. */
export class Numeral {
  constructor(readonly text: string) {}

  /** The count that it is (0 to 10¹² − 1), or null. */
  get count(): number | null {
    if (this.text === "-0") return 0;
    return /^(?:0|[1-9][0-9]{0,11})$/.test(this.text) ? Number(this.text) : null;
  }
}

export type Json = null | boolean | string | Numeral | Json[] | Map<string, Json>;

const MOST_DEPTH = 200;

/** The value of a JSON text, or null with `ok` false. A byte-order mark before it is passed over. */
export function readJson(text: string): { ok: true; value: Json } | { ok: false } {
  const reader = new Reader(text.replace(/^\uFEFF/, ""));
  try {
    return { ok: true, value: reader.whole() };
  } catch {
    return { ok: false };
  }
}

class Reader {
  private at = 0;

  constructor(private readonly text: string) {}

  whole(): Json {
    const value = this.value(0);
    this.blank();
    if (this.at < this.text.length) throw new Error("more than one value");
    return value;
  }

  private value(depth: number): Json {
    if (depth > MOST_DEPTH) throw new Error("too deep");
    this.blank();
    const next = this.text[this.at];
    if (next === "{") return this.object(depth);
    if (next === "[") return this.array(depth);
    if (next === '"') return this.string();
    for (const [word, value] of [["null", null], ["true", true], ["false", false]] as const) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return value;
      }
    }
    return new Numeral(this.take(/-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y));
  }

  private object(depth: number): Map<string, Json> {
    const found = new Map<string, Json>();
    this.at += 1;
    this.blank();
    if (this.eat("}")) return found;
    for (;;) {
      this.blank();
      const key = this.string();
      this.blank();
      if (!this.eat(":")) throw new Error("no colon");
      found.set(key, this.value(depth + 1));
      this.blank();
      if (this.eat("}")) return found;
      if (!this.eat(",")) throw new Error("no comma");
    }
  }

  private array(depth: number): Json[] {
    const found: Json[] = [];
    this.at += 1;
    this.blank();
    if (this.eat("]")) return found;
    for (;;) {
      found.push(this.value(depth + 1));
      this.blank();
      if (this.eat("]")) return found;
      if (!this.eat(",")) throw new Error("no comma");
    }
  }

  private string(): string {
    return JSON.parse(this.take(/"(?:[^"\\\u0000-\u001F]|\\.)*"/y)) as string;
  }

  private take(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (!match) throw new Error("not JSON");
    this.at = pattern.lastIndex;
    return match[0];
  }

  private eat(mark: string): boolean {
    if (this.text[this.at] !== mark) return false;
    this.at += 1;
    return true;
  }

  private blank(): void {
    this.take(/[ \t\r\n]*/y);
  }
}

/** Sorted keys, no spaces: the text that the service signs. */
export function canonical(value: Json, leaveOut?: string): string {
  if (value instanceof Numeral) return value.text === "-0" ? "0" : value.text;
  if (Array.isArray(value)) return `[${value.map((each) => canonical(each)).join(",")}]`;
  if (value instanceof Map) {
    const keys = [...value.keys()].filter((key) => key !== leaveOut).sort(byCodePoints);
    return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value.get(key)!)}`).join(",")}}`;
  }
  return JSON.stringify(value);
}

function byCodePoints(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  for (let i = 0; i < left.length && i < right.length; i += 1) {
    const gap = left[i]!.codePointAt(0)! - right[i]!.codePointAt(0)!;
    if (gap !== 0) return gap;
  }
  return left.length - right.length;
}
