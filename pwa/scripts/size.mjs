/**
 * Prints what the first load costs and fails above the budget: script, style and page, gzip.
 * Icons, the manifest and the service worker are fetched after the first paint and listed apart.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { extname, join, relative } from "node:path";
import { gzipSync } from "node:zlib";

const BUDGET = 60 * 1024;
const folder = new URL("../../app/static/m", import.meta.url).pathname;

if (!existsSync(folder)) {
  console.error("no build yet: run `npm run build`");
  process.exit(1);
}

const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)));

let first = 0;
for (const name of files.sort()) {
  const bytes = gzipSync(readFileSync(join(folder, name)), { level: 9 }).length;
  const counts = [".js", ".css", ".html"].includes(extname(name)) && !/^(sw|workbox-)/.test(name);
  if (counts) first += bytes;
  console.log(`${counts ? "first" : "later"}  ${String(bytes).padStart(7)}  ${name}`);
}
console.log(`first load ${first} bytes gzip of ${BUDGET}`);
if (first > BUDGET) {
  console.error("the first load is above its budget");
  process.exit(1);
}
