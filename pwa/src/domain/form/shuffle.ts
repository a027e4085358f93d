/**
 * Choices in an order drawn from a seed, the same in every XLSForm tool; twin of app/survey/questionnaires/shuffle.py.
 *
 * Park and Miller's minimal standard generator and Fisher and Yates' shuffle inside out, as ODK XForms specifies for
 * `randomize()`. The seed is an answer of the record: later anyone can see in which order the choices stood.
 */
const MODULO = 2147483647;
const STEP = 16807;

/** The values in the order of a seed; what is no number counts as 0. */
export function shuffled<T>(values: readonly T[], seed: number): T[] {
  let state = Number.isFinite(seed) ? Math.trunc(seed) % MODULO : 0;
  if (state <= 0) state += MODULO - 1;
  const out: T[] = [];
  values.forEach((value, at) => {
    state = (state * STEP) % MODULO;
    const other = Math.floor(((state - 1) / (MODULO - 1)) * (at + 1));
    out.push(value);
    if (other !== at) {
      out[at] = out[other] as T;
      out[other] = value;
    }
  });
  return out;
}

/** A seed for a new record: FNV-1a over what tells it apart. Not a secret, not a draw. */
export function seedOf(...words: string[]): number {
  let found = 2166136261;
  const mix = (byte: number): void => {
    found = Math.imul(found ^ byte, 16777619) >>> 0;
  };
  const text = words.join("|");
  for (let at = 0; at < text.length; at++) {
    mix(text.charCodeAt(at) & 255);
    mix(text.charCodeAt(at) >> 8);
  }
  return (found % (MODULO - 1)) + 1;
}
