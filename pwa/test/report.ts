/** One line a row for docs/reliability.md, beside those of tests/drills/report.py. */
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const env = process.env;
const isNight = env.RUHU_NIGHTLY === "1";
const times = Number(env.RUHU_DRILLS_TIMES ?? "1");

/** How often a drill runs: few by day, the stated figure by night. */
export function rounds(byDay: number, byNight: number): number {
  return isNight ? byNight : Math.min(byDay * times, byNight);
}

export function note(row: string, n: number, what: string): void {
  const folder = env.RUHU_DRILLS ?? fileURLToPath(new URL("../../var/drills", import.meta.url));
  mkdirSync(folder, { recursive: true });
  const run = isNight ? "night" : times > 1 ? `day ×${times}` : "day";
  const line = { row, n, failures: 0, what, run, at: Math.floor(Date.now() / 1000) };
  writeFileSync(`${folder}/${row}.json`, JSON.stringify(line));
}
