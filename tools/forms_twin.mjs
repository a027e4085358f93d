/**
 * The phone's evaluator as a filter: one JSON request a line on standard input, one verdict a line out.
 *
 *     node tools/forms_twin.mjs BUNDLE.mjs < requests
 *
 * BUNDLE is pwa/src/domain/form/twin.ts built for Node (tests/rooms/questionnaires/node_twin.py does it).
 */
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { resolve } from "node:path";

const { answerRequest } = await import(pathToFileURL(resolve(process.argv[2])).href);
const forms = new Map();
for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const request = JSON.parse(line);
  if (request.define) forms.set(request.define, request.form);
  else process.stdout.write(JSON.stringify(answerRequest(forms.get(request.form), request)) + "\n");
}
