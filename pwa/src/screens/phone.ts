/** The one phone all screens share, and what several of them read from it. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { signal } from "@preact/signals";
import type { FormRef, Household, OpKind, Round } from "../domain/wire.ts";
import type { OutboxEntry, PackageView, Phone, SampleView } from "../sync/index.ts";
import { NotSaved } from "../store/index.ts";
import { kilometres, kmText } from "../ui/format.ts";
import type { Position } from "../ui/position.ts";
import { w } from "../ui/words.ts";

const Here = createContext<Phone | null>(null);
export const PhoneProvider = Here.Provider;

/** The phone. Only inside the app's tree. */
export function usePhone(): Phone {
  const phone = useContext(Here);
  if (!phone) throw new Error("no phone here");
  return phone;
}

/** Where the phone was last; null until a position was asked for at a door or is allowed anyway. */
export const lastPosition = signal<Position | null>(null);

/** Take the position for distances, but only where asking needs no question to the inspector. */
export async function refreshPosition(): Promise<void> {
  try {
    const allowed = await navigator.permissions.query({ name: "geolocation" });
    if (allowed.state !== "granted") return;
    navigator.geolocation.getCurrentPosition(
      ({ coords: c }) => (lastPosition.value = { lat: c.latitude, lon: c.longitude, alt: 0, accuracy: c.accuracy }),
      () => undefined,
      { maximumAge: 300_000, timeout: 10_000 },
    );
  } catch {
    // Not every browser can say; distances then appear after the first position at a door.
  }
}

/** Straight-line distance to the household's village, `1.2`, or "" when one of the two is not known. */
export function distanceTo(household: Household): string {
  const here = lastPosition.value;
  const lat = Number(household.lat ?? "");
  const lon = Number(household.lon ?? "");
  if (!here || !household.lat || !household.lon || !Number.isFinite(lat + lon)) return "";
  return kmText(kilometres(here.lat, here.lon, lat, lon));
}

/** The household's name on cards and headings: the head's, else the office's number. */
export function nameOf(sample: SampleView | null | undefined): string {
  return sample?.household.head_name || sample?.household.office_no || w().household;
}

export function findSample(pack: PackageView | null, sampleId: string | null): SampleView | null {
  return pack?.samples.find((each) => each.sample_id === sampleId) ?? null;
}

/** Whom or what a record is about, in a word: the household's head, else what kind of record it is. */
export function subjectOf(
  phone: Phone,
  of: { sample_id: string | null; household: string | null; kind: OpKind | string },
): string {
  const pack = phone.pack.value;
  const known =
    findSample(pack, of.sample_id)?.household ??
    (of.household
      ? ((pack?.package.households ?? []).find((each) => each.household.unit === of.household)?.household ??
        pack?.samples.find((each) => each.household.unit === of.household)?.household)
      : undefined);
  const name = known?.head_name || known?.office_no;
  if (name) return name;
  const kinds: Record<string, string> = {
    visit_log: w().kind_visit_log, record: w().kind_record, look_back: w().kind_look_back,
  };
  return kinds[of.kind] ?? w().household;
}

export function findRound(pack: PackageView | null, code: string): Round | null {
  return pack?.rounds.find((each) => each.code === code) ?? null;
}

/** The newest version of the form a sample asks for; versions sort as text. */
export function formFor(pack: PackageView | null, formId: string, version?: string | null): FormRef | null {
  const versions = (pack?.package.forms ?? []).filter((each) => each.form_id === formId && each.in_force !== false);
  const told = versions.find((each) => each.version === version);
  return told ?? versions.sort((a, b) => (a.version < b.version ? 1 : -1))[0] ?? null;
}

/** The version a draft may move to, because the office allows it; null where it stays as it is. */
export function moveFor(pack: PackageView | null, draft: FormRef): FormRef | null {
  const { form_moves = [], forms = [] } = pack?.package ?? {};
  const move = form_moves.find((each) => each.form_id === draft.form_id && each.from === draft.version);
  return forms.find((each) => each.form_id === draft.form_id && each.version === move?.to) ?? null;
}

/** Why a write did not reach the disk, as a sentence. */
export function notSavedText(error: unknown): string {
  const reason = error instanceof NotSaved ? error.reason : "interrupted";
  return w()[`ns-${reason}`];
}

/** Photos of a record that the server does not have yet. */
export function photosLeft(entry: OutboxEntry): number {
  return entry.photos.filter((each) => each.state !== "received").length;
}
