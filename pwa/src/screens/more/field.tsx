/** 新记一份: a report heard, papers read, a discussion, or a look-back; first what and where, then its form. */
import { useState } from "preact/hooks";
import type { PackageView } from "../../sync/index.ts";
import { NotSaved } from "../../store/index.ts";
import { localDay } from "../../ui/format.ts";
import { Page } from "../../ui/page.tsx";
import { w } from "../../ui/words.ts";
import { r } from "../../ui/words-roles.ts";
import { SyncFoot } from "../foot.tsx";
import { notSavedText, usePhone } from "../phone.ts";
import { loadQuestionnaire } from "../questionnaire.ts";
import { go, goBack } from "../routes.ts";
import { roundOf } from "../today.tsx";

interface Spot {
  code: string;
  name: string;
  level: "county" | "village";
  label: string;
}

/** Where a record can be made without typing: the team's counties, and the villages of its sample. */
function spotsOf(pack: PackageView | null, round: string): Spot[] {
  const counties = pack?.rounds.find((each) => each.code === round)?.counties ?? [];
  const spots: Spot[] = [];
  for (const county of counties) {
    spots.push({ code: county.code, name: county.name, level: "county", label: r().wholeCounty(county.name) });
    const villages = new Map<string, string>();
    for (const { household: h } of pack?.samples ?? [])
      if (h.village_code && h.county_code === county.code)
        villages.set(h.village_code, [h.town_name, h.village_name].filter(Boolean).join(" "));
    for (const [code, label] of [...villages].sort())
      spots.push({ code, name: label.split(" ").pop() ?? label, level: "village", label });
  }
  return spots;
}

type What = "report" | "docs" | "talk" | "look_back";

function Choice(props: { name: string; value: string; label: string; on: boolean; pick: () => void }) {
  return (
    <label class={"choice" + (props.on ? " on" : "")}>
      <input
        type="radio"
        name={props.name}
        checked={props.on}
        data-testid={`option-${props.name}-${props.value}`}
        onChange={props.pick}
      />
      <span class="dot" aria-hidden="true" />
      <span>{props.label}</span>
    </label>
  );
}

/** The choice before a record of field work. */
export function FieldPage() {
  const phone = usePhone();
  const pack = phone.pack.value;
  // Before the draw there is no sample, and reports are heard all the same.
  const round = pack ? roundOf(pack, localDay(new Date())) || (pack.rounds[0]?.code ?? "") : "";
  const spots = spotsOf(pack, round);
  const [what, setWhat] = useState<What>("report");
  const [where, setWhere] = useState(spots[0]?.code ?? "");
  const [fail, setFail] = useState("");
  const spot = spots.find((each) => each.code === where);
  const names: Record<What, string> = {
    report: r().mReport, docs: r().mDocs, talk: r().mTalk, look_back: r().mLookBack,
  };
  const begin = async () => {
    if (!spot) return;
    try {
      const part = await loadQuestionnaire();
      const place = { code: spot.code, county_code: spot.code.slice(0, 6), name: spot.name, level: spot.level };
      const draftId =
        what === "look_back"
          ? await part.beginLookBack(phone, { place, round, household: null })
          : await part.beginRecord(phone, { place, round, method: what });
      if (draftId) go({ name: "interview", draftId }, "replace");
      else setFail(r().noFormFor);
    } catch (error) {
      setFail(error instanceof NotSaved ? notSavedText(error) : w().partMissing);
    }
  };
  return (
    <Page
      place="field"
      title={r().fieldTitle}
      crumb={w().otherWork}
      onBack={goBack}
      foot={
        spots.length > 0 ? (
          <button type="button" class="button main-action" data-testid="begin-record" onClick={() => void begin()}>
            {r().fieldBegin}
          </button>
        ) : (
          <SyncFoot />
        )
      }
    >
      {fail ? (
        <p class="notice bad" role="alert">
          {fail}
        </p>
      ) : null}
      {spots.length === 0 ? <p class="notice">{w().noSampleWhy}</p> : null}
      <fieldset class="question" role="radiogroup">
        <legend>{r().fieldWhat}</legend>
        <div class="field choices">
          {(Object.keys(names) as What[]).map((each) => (
            <Choice key={each} name="what" value={each} label={names[each]} on={each === what} pick={() => setWhat(each)} />
          ))}
        </div>
      </fieldset>
      <fieldset class="question" role="radiogroup">
        <legend>{r().fieldWhere}</legend>
        <div class="field choices">
          {spots.map((each) => (
            <Choice
              key={each.code}
              name="where"
              value={each.code}
              label={each.label}
              on={each.code === where}
              pick={() => setWhere(each.code)}
            />
          ))}
        </div>
      </fieldset>
    </Page>
  );
}
