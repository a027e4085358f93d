/** Rows of sealed records: what a list may show lies sealed beside ids, times and sizes. */
import { places } from "./places.ts";
import type { SubmissionRecord } from "./schema.ts";
import type { SubmissionRow } from "./types.ts";
import type { Keyring } from "./vault/keyring.ts";

/** Whom and what a record is about; which households were drawn is nobody's business but the team's. */
export interface SealedFields {
  sample_id: string | null;
  household: string | null;
  corrects: string | null;
}

export async function sealSubmissionRow(
  ring: Keyring,
  row: Omit<SubmissionRecord, "sealed" | keyof SealedFields> & Partial<SealedFields>,
  fields: SealedFields,
): Promise<SubmissionRecord> {
  const { sample_id: _s, household: _h, corrects: _c, ...open } = row;
  const sealed = await ring.seal(new TextEncoder().encode(JSON.stringify({ sample_id: fields.sample_id, household: fields.household, corrects: fields.corrects })), places.submission(row.op_id));
  return { ...open, sealed };
}

/** The sealed fields; those of an earlier release lie open in the row. */
export async function sealedFields(ring: Keyring, row: SubmissionRecord): Promise<SealedFields> {
  if (!row.sealed) return { sample_id: row.sample_id ?? null, household: row.household ?? null, corrects: row.corrects ?? null };
  return JSON.parse(new TextDecoder().decode(await ring.unseal(row.sealed, places.submission(row.op_id)))) as SealedFields;
}

export async function openRow(ring: Keyring, row: SubmissionRecord): Promise<SubmissionRow> {
  const { sealed: _sealed, ...open } = row;
  return { ...open, verified_at: row.verified_at ?? null, purged_at: row.purged_at ?? null, ...(await sealedFields(ring, row)) };
}
