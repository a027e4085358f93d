/**
 * The ODK engine as a filter: what do these forms mean? One JSON request a line in, one verdict a line out.
 *
 *     TZ=UTC node ask.mjs < requests
 *
 * `{"define": name, "xml": XForm, "media": {"name.csv": text}}` names a form; `{"form", "today", "sets": [[pointer, text]],
 * "rows": [[pointer, n]]}` enters answers as a client of the engine does and asks for relevance, values and violations.
 */
import { createInterface } from "node:readline";
import { createRequire } from "node:module";
import { JSDOM } from "jsdom";

const { window } = new JSDOM("");
const NAMES = ["DOMParser", "XMLSerializer", "Node", "Element", "Document", "Attr", "Text", "CDATASection", "Comment",
  "XPathResult", "NodeFilter", "XMLDocument", "HTMLElement", "ProcessingInstruction", "NamedNodeMap"];
for (const name of NAMES) globalThis[name] = window[name];
globalThis.document = window.document;
globalThis.window ??= globalThis;
globalThis.require = createRequire(import.meta.url);
globalThis.__dirname = new URL(".", import.meta.url).pathname;
const { loadForm } = await import("@getodk/xforms-engine");

const SystemDate = globalThis.Date;
let today = "2026-11-24";
globalThis.Date = class extends SystemDate {
  constructor(...given) {
    super(...(given.length ? given : [Date.now()]));
  }
  static now() {
    return SystemDate.parse(`${today}T08:00:00Z`);
  }
};

const defined = new Map();

async function formOf(name) {
  const known = defined.get(name);
  if (!known.loaded) {
    for (const other of defined.values()) other.loaded = null; // an instance lives as long as its form
    const fetchFormAttachment = async (url) => {
      const file = decodeURIComponent(url.href.split("/").pop());
      const text = known.media[file];
      return { ok: text !== undefined, status: text === undefined ? 404 : 200, headers: new Map([["content-type", "text/csv"]]),
        text: async () => text, blob: async () => new Blob([text]) };
    };
    known.loaded = await loadForm(known.xml, { fetchFormAttachment });
    if (known.loaded.status === "failure") throw known.loaded.error;
  }
  return known.loaded;
}

/** `/data/g/r[2]/x` as `/g/r/1/x`. */
const pointerOf = (node) =>
  node.currentState.reference.replace(/^\/[^/]+/, "").replace(/\[(\d+)\]/g, (_, n) => `/${n - 1}`);

function childOf(node, step) {
  if (/^\d+$/.test(step)) return node.currentState.children[Number(step)];
  return node.currentState.children.find((child) => child.currentState.reference.split("/").pop().replace(/\[\d+\]$/, "") === step);
}

function find(root, pointer) {
  let node = root;
  for (const step of pointer.split("/").slice(1)) {
    node = childOf(node, step);
    if (!node) throw new Error(`nothing at ${pointer}`);
  }
  return node;
}

function setRows(root, pointer, wanted) {
  const range = find(root, pointer);
  if (range.nodeType !== "repeat-range:uncontrolled") return;
  const there = range.currentState.children.length;
  if (wanted > there) range.addInstances(there - 1, wanted - there);
  if (wanted < there) range.removeInstances(wanted, there - wanted);
}

function setAnswer(root, pointer, text) {
  const node = find(root, pointer);
  const words = text === "" ? [] : text.split(" ");
  switch (node.nodeType) {
    case "select": return node.selectType === "select" ? node.selectValues(words) : node.selectValue(text || null);
    case "rank": return node.setValues(words);
    case "trigger": return node.setValue(text === "OK");
    case "upload": return node.setValue(text ? new window.File(["x"], text) : null);
    case "model-value": return node.setValueState(text); // no client may: here it stands for what the server filled in
    default: return node.setValue(text);
  }
}

const QUESTIONS = new Set(["input", "select", "rank", "range", "trigger", "upload", "note", "model-value"]);

function* walk(node) {
  for (const child of node.currentState.children ?? []) {
    yield child;
    yield* walk(child);
  }
}

function verdict(root) {
  const hidden = [], values = {}, errors = [], notes = [], offered = {};
  for (const node of walk(root)) {
    const at = pointerOf(node);
    if (at.startsWith("/meta") || at.includes("orx:meta")) continue;
    if (!node.currentState.relevant) {
      if (node.parent.currentState.relevant) hidden.push(at);
      continue;
    }
    if (!QUESTIONS.has(node.nodeType)) continue;
    if (node.nodeType === "note") {
      notes.push([at, (node.currentState.noteText?.asString ?? "").trim()]);
      continue;
    }
    const text = node.currentState.instanceValue;
    const rule = node.definition.bind.calculate?.expression ?? "";
    if (rule && !rule.includes("random()") && text !== "") values[at] = String(text);
    if (node.nodeType === "select" || node.nodeType === "rank")
      offered[at] = node.currentState.valueOptions.map((item) => item.value).join(" ");
    const wrong = node.validationState?.violation;
    if (wrong) errors.push([at, wrong.condition, wrong.message?.asString ?? ""]);
  }
  return { hidden, values, errors, notes, offered };
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const request = JSON.parse(line);
  if (request.define) {
    defined.set(request.define, { xml: request.xml, media: request.media ?? {}, loaded: null });
    continue;
  }
  let said;
  try {
    today = request.today;
    const { root } = (await formOf(request.form)).createInstance();
    const zh = root.languages.find((each) => each.language?.endsWith("(zh)"));
    if (zh) root.setLanguage(zh);
    for (const [pointer, wanted] of request.rows) setRows(root, pointer, wanted);
    for (const [pointer, text] of request.sets) setAnswer(root, pointer, text);
    said = verdict(root);
  } catch (error) {
    said = { failed: `${error.message ?? error} ${error.cause?.message ?? ""}`.trim() };
  }
  process.stdout.write(JSON.stringify(said) + "\n");
}
