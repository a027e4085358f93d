/** 样本户: everything already known of the household, how to get there, and the two ways to begin. */
import { useState } from "preact/hooks";
import type { ComponentChildren } from "preact";
import { codeOf, type Doorstep } from "../domain/opening.ts";
import type { Household } from "../domain/wire.ts";
import type { SampleView } from "../sync/index.ts";
import { grouped, shortInstant } from "../ui/format.ts";
import { NotSaved } from "../store/index.ts";
import { Ask, Page } from "../ui/page.tsx";
import { w } from "../ui/words.ts";
import { r } from "../ui/words-roles.ts";
import { SyncFoot } from "./foot.tsx";
import { distanceTo, findSample, nameOf, notSavedText, usePhone } from "./phone.ts";
import { OtherEnd } from "./other-end.tsx";
import { go, goBack } from "./routes.ts";
import { isOpen, outcomeWord, SampleChips, seenBefore, whyClosed } from "./standing.tsx";
import { loadQuestionnaire, questionnaire, useForm } from "./questionnaire.ts";

export function Facts(props: { rows: [string, ComponentChildren][] }) {
  const rows = props.rows.filter(([, value]) => value !== "" && value !== undefined && value !== null);
  return (
    <dl class="card facts">
      {rows.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function statusText(h: Household): string {
  if (h.status === "unexited") return w().unexited;
  if (h.status === "exited") return w().exited;
  return h.status === "non_poor" ? w().statusNonPoor : "";
}

/** Register codes in the questionnaire's words, once form and questionnaire are at hand. */
function useRegisterWords(sample: SampleView): (question: string) => string {
  const form = useForm(sample.form_id);
  const part = questionnaire.value;
  return (question) => (form && part ? part.registerWord(form, sample, question) : "");
}

function Known(props: { sample: SampleView }) {
  const word = useRegisterWords(props.sample);
  return <Facts rows={registerRows(props.sample.household, word)} />;
}

/** What the register says of a household, as labelled lines; `word` says its codes. */
export function registerRows(h: Household, word: (question: string) => string): [string, ComponentChildren][] {
  return [
    [w().officeNo, h.office_no ?? ""],
    [w().status, statusText(h)],
    [w().exitYear, h.exit_year ?? ""],
    [w().hhAttr, h.hh_attr ? word("hh_attr") : ""],
    [w().cause, h.cause ? word("cause_main") : ""],
    [w().resettledTo, h.resettled === "1" ? h.site || w().yes : h.resettled === "0" ? w().no : ""],
    [w().size, h.size ? w().persons(h.size) : ""],
    [w().incomePc, h.income_pc ? `${grouped(h.income_pc)} ${w().yuan}` : ""],
    [w().helper, [h.helper_name, h.helper_unit].filter(Boolean).join(" · ")],
    [
      w().helperPhone,
      h.helper_phone ? (
        <a class="plain" href={"tel:" + h.helper_phone.replace(/[^\d+]/g, "")}>
          {h.helper_phone}
        </a>
      ) : (
        ""
      ),
    ],
    [w().taskForce, h.task_force ?? ""],
  ];
}

export function Way(props: { household: Household }) {
  const h = props.household;
  const km = distanceTo(h);
  const place = [h.county_name, h.town_name, h.village_name].filter(Boolean).join(" ");
  const map = h.lat && h.lon ? `geo:${h.lat},${h.lon}?q=${h.lat},${h.lon}` : "";
  return (
    <Facts
      rows={[
        [w().village, place],
        [w().distance, km ? `${w().about(km)}(${w().straight})` : ""],
        [
          w().map,
          map ? (
            <a class="plain" href={map}>
              {w().openMap}
            </a>
          ) : (
            w().noPoint
          ),
        ],
      ]}
    />
  );
}

export function Members(props: { household: Household }) {
  const members = props.household.members ?? [];
  if (members.length === 0) return null;
  return (
    <section class="stack">
      <h2 class="section-title">{w().members}</h2>
      <ul class="card lines tight">
        {members.map((each, i) => (
          <li key={i}>
            <span>
              {each.name} <span class="muted">{each.relation}</span>
            </span>
            <span class="muted">{each.birth_year ? w().bornIn(each.birth_year) : ""}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function doorstepWord(step: Doorstep): string {
  if (step.contact_result === "away") return w().outAway;
  const code = codeOf(step);
  return code && code !== "attempt" ? w()[`out${code}`] : w().outAttempt;
}

/** Its answers are on this phone: sealed here, or come with the package. */
function isReadable(sample: SampleView, opId: string, own: ReadonlySet<string>): boolean {
  return own.has(opId) || (sample.events ?? []).some((event) => event.op_id === opId && event.answers !== undefined);
}

/** Doorsteps, of this phone and of others, earliest first. */
function Doorsteps(props: { sample: SampleView }) {
  const phone = usePhone();
  const events = props.sample.doorsteps;
  const own = new Set(
    phone.outbox.value.entries.filter((each) => each.submission.form_id !== null).map((each) => each.submission.op_id),
  );
  return (
    <section class="stack">
      <h2 class="section-title">{w().visitsBefore}</h2>
      {events.length === 0 ? (
        <p class="muted">{w().noVisits}</p>
      ) : (
        <ul class="card lines tight">
          {events.map((each) => (
            <li key={each.op_id}>
              <span>
                {doorstepWord(each)}
                {isReadable(props.sample, each.op_id, own) ? (
                  <>
                    <br />
                    <button
                      type="button"
                      class="plain edge-left"
                      data-testid="read-record"
                      onClick={() => go({ name: "record", opId: each.op_id })}
                    >
                      {r().readIt}
                    </button>
                  </>
                ) : null}
              </span>
              <span class="muted">{shortInstant(each.started_at, new Date())}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Actions(props: { sample: SampleView; onFail: (text: string) => void; onOther: () => void }) {
  const phone = usePhone();
  const { sample } = props;
  const [busy, setBusy] = useState(false);
  const run = (nobody: boolean) => async () => {
    if (busy) return;
    setBusy(true);
    try {
      const draftId = await (await loadQuestionnaire()).begin(phone, sample, nobody);
      if (draftId) go({ name: "interview", draftId });
      else props.onFail(w().noForm);
    } catch (error) {
      props.onFail(error instanceof NotSaved ? notSavedText(error) : w().partMissing);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div class="pair">
      <button type="button" class="button" data-testid="nobody-home" disabled={busy} onClick={() => void run(true)()}>
        {w().nobodyHome}
      </button>
      <button
        type="button"
        class="button main-action"
        data-testid="start-interview"
        disabled={busy}
        onClick={() => void run(false)()}
      >
        {sample.draft_id ? w().goOnVisit : w().startVisit}
      </button>
    </div>
  );
}

export function DiscardDraft(props: { draftId: string }) {
  const phone = usePhone();
  const [asking, setAsking] = useState(false);
  return (
    <>
      <button type="button" class="plain danger middle" onClick={() => setAsking(true)}>
        {w().discard}
      </button>
      {asking ? (
        <Ask
          text={w().discardAsk}
          yes={w().discardDo}
          danger
          onYes={() => {
            setAsking(false);
            void phone.discardDraft(props.draftId);
          }}
          onNo={() => setAsking(false)}
        />
      ) : null}
    </>
  );
}

/** 回头看: the check of an old problem, with its own form. */
function LookBack(props: { sample: SampleView }) {
  const phone = usePhone();
  const { household, round } = props.sample;
  const [fail, setFail] = useState("");
  const begin = async () => {
    try {
      const part = await loadQuestionnaire();
      const draftId = await part.beginLookBack(phone, { place: null, round, household: household.unit });
      if (draftId) go({ name: "interview", draftId });
      else setFail(r().noFormFor);
    } catch (error) {
      setFail(error instanceof NotSaved ? notSavedText(error) : w().partMissing);
    }
  };
  return (
    <>
      {fail ? (
        <p class="notice bad" role="alert">
          {fail}
        </p>
      ) : null}
      <button type="button" class="plain middle" data-testid="look-back" onClick={() => void begin()}>
        {r().lookBackHere}
      </button>
    </>
  );
}

/** One sampled household. */
export function HouseholdPage(props: { sampleId: string }) {
  const phone = usePhone();
  const sample = findSample(phone.pack.value, props.sampleId);
  const [fail, setFail] = useState("");
  const [other, setOther] = useState(false);
  if (!sample)
    return (
      <Page place="household" title={w().household} onBack={goBack} foot={<SyncFoot />}>
        <p class="muted">{w().noPackage}</p>
      </Page>
    );
  const entry = phone.outbox.value.entries.find((each) => each.submission.op_id === sample.last_op_id) ?? null;
  const open = isOpen(sample);
  return (
    <Page
      place={"household " + sample.sample_id}
      title={nameOf(sample)}
      crumb={`${w()[sample.stratum]} · ${w().rankOf(sample.rank)}`}
      aside={<SampleChips sample={sample} entry={entry} />}
      onBack={goBack}
      foot={open ? <Actions sample={sample} onFail={setFail} onOther={() => setOther(true)} /> : <SyncFoot />}
    >
      {fail ? (
        <p class="notice bad" role="alert">
          {fail}
        </p>
      ) : null}
      {!open ? <p class="notice" data-testid="not-open">{[whyClosed(sample), outcomeWord(sample)].filter(Boolean).join(" ")}</p> : null}
      {seenBefore(sample) ? <p class="notice">{seenBefore(sample)}</p> : null}
      <section class="stack">
        <h2 class="section-title">{w().wayThere}</h2>
        <Way household={sample.household} />
      </section>
      <section class="stack">
        <h2 class="section-title">{w().known}</h2>
        <Known sample={sample} />
      </section>
      <Members household={sample.household} />
      <Doorsteps sample={sample} />
      <LookBack sample={sample} />
      {open ? (
        <div class="stack">
          {sample.draft_id ? <DiscardDraft draftId={sample.draft_id} /> : null}
          {!sample.draft_id ? (
            <button type="button" class="plain middle" onClick={() => setOther(true)}>
              {w().otherEnd}
            </button>
          ) : null}
        </div>
      ) : null}
      {other ? <OtherEnd sample={sample} onClose={() => setOther(false)} /> : null}
    </Page>
  );
}
