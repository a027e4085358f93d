/** What a PIN must be: long enough that a finder's patience ends before the numbers do. */

export const PIN_LENGTH = 6;
/** Wrong PINs in a row after which only signing in online opens the phone. Nothing is ever erased. */
export const MOST_WRONG = 10;

const COMMON = ["123456", "654321", "123123", "112233", "121212", "abc123", "qwerty", "159753", "147258", "520520", "1314520", "5201314"];

/** Why this PIN is refused; null when it may be used. */
export function pinFault(pin: string, account: string): "short" | "simple" | null {
  if ([...pin].length < PIN_LENGTH) return "short";
  const plain = pin.toLowerCase();
  if (COMMON.includes(plain) || isRun(plain) || new Set(plain).size < 3 || plain === account.toLowerCase()) return "simple";
  return null;
}

/** Every character the same step from the one before: 345678, 987654, 135790 is none. */
function isRun(text: string): boolean {
  const steps = new Set<number>();
  for (let i = 1; i < text.length; i += 1) steps.add(text.charCodeAt(i) - text.charCodeAt(i - 1));
  return steps.size === 1;
}
