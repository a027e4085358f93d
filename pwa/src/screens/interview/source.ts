/** What the phone already knows and never asks again: the parts that a form's prefill may read. */
import type { PrefillSource } from "../../domain/form/index.ts";
import { dayAfter } from "../../domain/due.ts";
import type { Phone } from "../../sync/index.ts";
import { localDay } from "../../ui/format.ts";
import { findHelped } from "../helped.ts";
import { findRound, findSample } from "../phone.ts";

/** Where a record of field work is made. */
export interface Place {
  code: string;
  county_code: string;
  name?: string;
  level?: string;
}

/** Whom or what a draft is about. */
export interface Subject {
  sample_id?: string | null;
  household?: string | null;
  round?: string | null;
  place?: Place | string | null;
}

type Part = Record<string, unknown>;

/** The parts at hand for a draft; a part that is not known is empty. */
export function sourceOf(phone: Phone, of: Subject): PrefillSource {
  const pack = phone.pack.value;
  const sample =
    findSample(pack, of.sample_id ?? null) ?? pack?.samples.find((each) => each.household.unit === of.household) ?? null;
  const helped = findHelped(phone, of.household);
  const household = sample?.household ?? helped?.household ?? (of.household ? { unit: of.household } : null);
  const round = findRound(pack, of.round ?? sample?.round ?? "");
  const place: Place | null =
    typeof of.place === "string" ? { code: of.place, county_code: of.place.slice(0, 6) } : (of.place ?? null);
  const every = pack?.package.visit_every_days;
  return {
    sample: (of.sample_id ? sample ?? {} : {}) as unknown as Part,
    household: household
      ? {
          ...household,
          county_code: household.county_code ?? household.unit.slice(0, 6),
          ...(every ? { next_due: dayAfter(localDay(new Date()), every) } : {}),
        }
      : {},
    account: { ...(phone.session.value ?? {}), token: undefined } as Part,
    round: (round ?? {}) as unknown as Part,
    place: (place ?? {}) as unknown as Part,
    issue: (of.household ? { is_household: "1", unit: of.household } : { is_household: "0" }) as Part,
  };
}
