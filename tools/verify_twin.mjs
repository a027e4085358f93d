/**
 * The verifying page's check as a filter: one `{"record": text, "frame": text | null}` a line in, one line out with the
 * places of all differences in their order.
 *
 *     node tools/verify_twin.mjs BUNDLE.mjs < requests
 *
 * BUNDLE is pwa/src/verify/check.ts built for Node (tests/contracts/test_verify_twins.py does it).
 */
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { resolve } from "node:path";

const { check } = await import(pathToFileURL(resolve(process.argv[2])).href);
for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const { record, frame } = JSON.parse(line);
  const frames = frame === null ? [] : [{ name: "frame.csv", text: frame }];
  const paper = { commitment: "", key: "" };
  const found = await check({ name: "record.json", text: record }, frames, paper, globalThis.crypto.subtle);
  const places = found.refusal ? ["refused"] : found.differences.map((each) => each.where);
  process.stdout.write(JSON.stringify(places) + "\n");
}
