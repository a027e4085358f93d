/** The frame file (CSV `stratum,unit[,registered_id]`) and the signature of a record. */
import { utf8 } from "../domain/text.ts";
import { type Json, canonical } from "./json.ts";
import type { Difference, FrameRow } from "./record.ts";

/** (stratum, unit) rows of a CSV, or the line that cannot be read. */
export function readFrame(text: string): { rows: FrameRow[] } | { zh: string; en: string } {
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  const head = cells(lines[0] ?? "");
  if (head[0] !== "stratum" || head[1] !== "unit")
    return { zh: "表头应为 stratum,unit,registered_id", en: "the header should be stratum,unit,registered_id" };
  const rows: FrameRow[] = [];
  for (let number = 1; number < lines.length; number += 1) {
    const line = lines[number]!;
    if (line === "") continue;
    const [stratum, unit] = cells(line);
    if (stratum === undefined || unit === undefined)
      return { zh: `第 ${number + 1} 行缺列`, en: `line ${number + 1} lacks a column` };
    rows.push([stratum, unit]);
  }
  return { rows };
}

/** The cells of one line; a quoted cell may hold commas and doubled quotes. */
function cells(line: string): string[] {
  if (!line.includes('"')) return line.split(",");
  const found: string[] = [];
  for (const match of line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g))
    found.push(match[1] !== undefined ? match[1].replace(/""/g, '"') : match[2]!);
  return found;
}

/** What came out of the signature: it holds, it does not, or this browser cannot check it. */
export interface SignatureCheck {
  difference: Difference | null;
  keyId: string | null;
  isUnchecked: boolean;
}

/** Check the signature with the key that the record names (ECDSA P-256 over the canonical text). */
export async function checkSignature(record: Json, subtle: SubtleCrypto | undefined): Promise<SignatureCheck> {
  const map = record instanceof Map ? record : new Map<string, Json>();
  const key = map.get("key");
  const spki = key instanceof Map ? key.get("spki") : undefined;
  const named = key instanceof Map ? key.get("key_id") : undefined;
  const keyId = typeof named === "string" ? named : null;
  const seal = map.get("signature");
  if (typeof spki !== "string" || typeof seal !== "string")
    return { difference: fault("没有签名或公钥", "missing, or no public key"), keyId, isUnchecked: false };
  if (!subtle) return { difference: null, keyId, isUnchecked: true };
  const holds = await isSealed(record, spki, seal, subtle).catch(() => false);
  return { difference: holds ? null : fault("签名与内容不符", "does not fit the record"), keyId, isUnchecked: false };
}

function fault(zh: string, en: string): Difference {
  return { where: "signature", zh: `signature:${zh}`, en: `signature: ${en}` };
}

async function isSealed(record: Json, spki: string, seal: string, subtle: SubtleCrypto): Promise<boolean> {
  const raw = bytesOf(seal);
  if (raw.length !== 64) return false;
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const key = await subtle.importKey("spki", bytesOf(spki), algorithm, false, ["verify"]);
  const message = utf8(canonical(record, "signature")) as Uint8Array<ArrayBuffer>;
  return subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, raw, message);
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i += 1) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
