/**
 * Fails the build when it calls what the oldest phones do not have.
 *
 * Syntax is lowered by the build (Chrome 79, Safari 14); calls are not, and one of them in a dependency's first line
 * means a white screen in the field. Needed in spite of it? Write the few lines that do without.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const NEWER = [
  ["Object.hasOwn", /Object\.hasOwn\(/g],
  ["structuredClone", /\bstructuredClone\(/g],
  ["Array.at, String.at", /\.at\(/g],
  ["replaceAll", /\.replaceAll\(/g],
  ["findLast", /\.findLast(?:Index)?\(/g],
  ["toSorted, toReversed, toSpliced", /\.to(?:Sorted|Reversed|Spliced)\(/g],
  ["isWellFormed", /\.(?:is|to)WellFormed\(/g],
  ["crypto.randomUUID", /\.randomUUID\(/g],
  ["AbortSignal.timeout", /AbortSignal\.(?:timeout|any)\(/g],
  ["Promise.any, withResolvers, try", /Promise\.(?:any|withResolvers|try)\(/g],
  ["Object.groupBy", /(?:Object|Map)\.groupBy\(/g],
];

const folder = new URL("../../app/static/m/assets", import.meta.url).pathname;
let found = 0;
for (const name of readdirSync(folder).filter((each) => each.endsWith(".js"))) {
  const text = readFileSync(join(folder, name), "utf8");
  for (const [what, pattern] of NEWER) {
    for (const match of text.matchAll(pattern)) {
      found += 1;
      console.error(`${name}: ${what}: …${text.slice(Math.max(0, match.index - 60), match.index + 60)}…`);
    }
  }
}
if (found > 0) {
  console.error("the app calls what phones of 2020 do not have");
  process.exit(1);
}
