/** The page itself: files in, one sentence out. Runs from a file without any network; its policy forbids connections. */
import { type Answer, type TextFile, check } from "./check.ts";
import { ticket } from "./hhd1.ts";
import type { Json } from "./json.ts";
import { type Word, say } from "./words.ts";

function element<T extends HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

/** Both languages, one under the other. */
function both([zh, en]: readonly [string, string], tag = "p"): HTMLElement {
  const node = document.createElement(tag);
  node.append(zh);
  const other = document.createElement("span");
  other.lang = "en";
  other.textContent = en;
  node.append(other);
  return node;
}

async function read(input: HTMLInputElement): Promise<TextFile[]> {
  return Promise.all([...(input.files ?? [])].map(async (file) => ({ name: file.name, text: await textOf(file) })));
}

/** `File.text()` is younger than the phones that may open this page. */
function textOf(file: File): Promise<string> {
  return new Promise((done, fail) => {
    const reader = new FileReader();
    reader.onload = () => done(String(reader.result));
    reader.onerror = () => fail(reader.error);
    reader.readAsText(file, "utf-8");
  });
}

async function run(): Promise<void> {
  const answer = element("answer");
  answer.replaceChildren(both(say("working")));
  // One turn of the event loop, so that the word stands before a long computation.
  await new Promise((next) => setTimeout(next, 20));
  const [record] = await read(element<HTMLInputElement>("record"));
  const frames = await read(element<HTMLInputElement>("frame"));
  const paper = { commitment: element<HTMLInputElement>("commitment").value, key: element<HTMLInputElement>("key").value };
  const found = await check(record ?? null, frames, paper, globalThis.crypto?.subtle);
  answer.replaceChildren(...shown(found));
  answer.dataset.state = found.refusal ? "refused" : found.holds ? "holds" : "differs";
  answer.focus();
}

function shown(found: Answer): HTMLElement[] {
  if (found.refusal) return [both(found.refusal)];
  const nodes = [both(say(found.holds ? "holds" : "differs"), "h2")];
  const [first] = found.differences;
  if (first) {
    nodes.push(both(say("first"), "h3"), both([first.zh, first.en]));
    nodes[nodes.length - 1]!.dataset.where = first.where;
    if (found.differences.length > 1) nodes.push(both(say("others", { n: found.differences.length - 1 })));
  } else nodes.push(both(say("holdsAll")));
  nodes.push(...found.notes.map((note) => both(note)));
  if (found.record && found.holds) nodes.push(...facts(found.record));
  return nodes;
}

/** The draw in words, its main lists, and one line that anybody can hash by hand. */
function facts(record: Map<string, Json>): HTMLElement[] {
  const text = (key: string): string => (typeof record.get(key) === "string" ? (record.get(key) as string) : "—");
  const nodes = [both(say("draw", { draw: text("draw"), source: text("source"), at: text("drawn_at") }))];
  const lists = record.get("lists");
  if (!(lists instanceof Map)) return nodes;
  nodes.push(both(say("drawnLists"), "h3"));
  let line = "";
  for (const [stratum, value] of lists) {
    const main = value instanceof Map && Array.isArray(value.get("main")) ? (value.get("main") as string[]) : [];
    const item = document.createElement("p");
    item.className = "mono";
    item.textContent = `${stratum}: ${main.join(" ")}`;
    nodes.push(item);
    if (!line && main[0]) line = `HHD1|T|${text("seed")}|${text("draw")}|${stratum}|${main[0]}`;
  }
  if (line) nodes.push(...byHand(line));
  return nodes;
}

function byHand(line: string): HTMLElement[] {
  const [, , seed, draw, stratum, unit] = line.split("|") as [string, string, string, string, string, string];
  const shell = document.createElement("pre");
  shell.textContent = `printf '%s' '${line}' | sha256sum\n${ticket(seed, draw, stratum, unit)}`;
  return [both(say("ticketTitle"), "h3"), both(say("ticketLead")), shell];
}

function fillWords(): void {
  for (const node of document.querySelectorAll<HTMLElement>("[data-say]")) {
    const [zh, en] = say(node.dataset.say as Word);
    node.prepend(zh);
    const other = document.createElement("span");
    other.lang = "en";
    other.textContent = en;
    node.append(other);
  }
  const save = element<HTMLAnchorElement>("save");
  // From a file there is nothing to save: this is that file.
  if (location.protocol === "file:") save.remove();
}

fillWords();
element("form").addEventListener("submit", (event) => {
  event.preventDefault();
  void run();
});
