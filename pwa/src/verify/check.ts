/** What the page does with the files: read, recompute, and say holds or the first difference. No DOM here. */
import { checkSignature, readFrame } from "./files.ts";
import { type Json, readJson } from "./json.ts";
import { type Difference, type FrameRow, verify } from "./record.ts";
import { say } from "./words.ts";

/** A file as the page hands it over. */
export interface TextFile {
  name: string;
  text: string;
}

/** What somebody typed from the paper that was signed before the dice. */
export interface Paper {
  commitment: string;
  key: string;
}

/** The answer: `refusal` when a file cannot be read at all. */
export interface Answer {
  holds: boolean;
  refusal: [string, string] | null;
  differences: Difference[];
  notes: [string, string][];
  record: Map<string, Json> | null;
}

function refused(refusal: [string, string]): Answer {
  return { holds: false, refusal, differences: [], notes: [], record: null };
}

/** Check a record file with the frame files there are. */
export async function check(
  file: TextFile | null,
  frames: readonly TextFile[],
  paper: Paper,
  subtle: SubtleCrypto | undefined,
): Promise<Answer> {
  if (!file) return refused(say("needRecord"));
  const read = readJson(file.text);
  if (!read.ok) return refused(say("badRecord", { name: file.name }));
  const rows: FrameRow[] = [];
  for (const each of frames) {
    const found = readFrame(each.text);
    if (!("rows" in found))
      return refused([say("badFrame", { name: each.name, why: found.zh })[0], say("badFrame", { name: each.name, why: found.en })[1]]);
    for (const row of found.rows) rows.push(row);
  }
  const record = read.value instanceof Map ? read.value : null;
  const found = verify(read.value, frames.length > 0 ? rows : undefined);
  const signature = await checkSignature(read.value, subtle);
  const differences = [...onPaper(record, paper, signature.keyId), ...found.differences];
  if (signature.difference) differences.push(signature.difference);
  const notes: [string, string][] = [];
  if (frames.length === 0) notes.push(say("noFrame"));
  if (found.checked.length > 0) notes.push(say("checked", { names: found.checked.join(" ") }));
  if (frames.length > 0 && found.missing.length > 0) notes.push(say("missing", { names: found.missing.join(" ") }));
  if (signature.isUnchecked) notes.push(say("unsigned"));
  else if (!signature.difference) notes.push(say("signed", { key: signature.keyId ?? "—" }));
  return { holds: differences.length === 0, refusal: null, differences, notes, record };
}

/** The paper was signed before the seed, so it outranks the file. */
function onPaper(record: Map<string, Json> | null, paper: Paper, keyId: string | null): Difference[] {
  const found: Difference[] = [];
  const differs = (where: string, [zh, en]: [string, string]): number =>
    found.push({ where, zh: `${where}:${zh}`, en: `${where}: ${en}` });
  const typed = paper.commitment.replace(/\s/g, "").toLowerCase();
  if (typed && record?.get("commitment") !== typed) differs("commitment", say("commitmentDiffers"));
  const key = paper.key.replace(/\s/g, "").toLowerCase();
  if (key && keyId !== key) differs("key", say("keyDiffers"));
  return found;
}
