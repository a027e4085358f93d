/**
 * Prints what the app costs over the line and fails above the budget.
 *
 * The first load is the page and what the page itself names: script and style. What those fetch later (other
 * chunks, icons, the service worker) is listed apart and has a budget of its own, so that splitting hides nothing.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { extname, join, relative } from "node:path";
import { gzipSync } from "node:zlib";

const FIRST_BUDGET = 60 * 1024;
/** All script, style and pages together, the service worker too. */
const WHOLE_BUDGET = 130 * 1024;
const folder = new URL("../../app/static/m", import.meta.url).pathname;

if (!existsSync(join(folder, "index.html"))) {
  console.error("no build yet: run `npm run build`");
  process.exit(1);
}

const page = readFileSync(join(folder, "index.html"), "utf8");
const named = new Set([...page.matchAll(/(?:src|href)="\/m\/([^"]+)"/g)].map((match) => match[1]));
const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)))
  .sort();

let first = 0;
let whole = 0;
for (const name of files) {
  const bytes = gzipSync(readFileSync(join(folder, name)), { level: 9 }).length;
  const isCode = [".js", ".css", ".html"].includes(extname(name));
  const isFirst = isCode && (name === "index.html" || named.has(name));
  if (isCode) whole += bytes;
  if (isFirst) first += bytes;
  console.log(`${isFirst ? "first" : "later"}  ${String(bytes).padStart(7)}  ${name}`);
}
console.log(`first load ${first} bytes gzip of ${FIRST_BUDGET}; all code ${whole} of ${WHOLE_BUDGET}`);
if (first > FIRST_BUDGET || whole > WHOLE_BUDGET) {
  console.error("the app is above its budget");
  process.exit(1);
}
