/** 签收: everything answered, once more and in order; what is missing leads back; then 保存本户. */
import { useEffect, useRef, useState } from "preact/hooks";
import { compute, itemAt, prune, shown, textOf, type Answers, type FormProblem, type Item } from "../../domain/form/index.ts";
import { getAnswer } from "../../domain/form/index.ts";
import { Page } from "../../ui/page.tsx";
import { lang, w } from "../../ui/words.ts";
import { r } from "../../ui/words-roles.ts";
import { notSavedText, usePhone } from "../phone.ts";
import { go, goBack } from "../routes.ts";
import { DraftFault, DraftMark, faultLine, faultsOf, GoneDraft, leaveUnlessReviewed, Steps, useVisit } from "./interview.tsx";
import { SectionAnswers } from "./filled.tsx";
import { isQuestion } from "./reading.ts";
import { forgetVisit, nowWhen, type Visit } from "./visit.ts";

/** Number of answers that a person gave, for the confirmation. */
export function countAnswers(visit: Visit): number {
  const state = visit.state.value;
  return visit.pages.value
    .flatMap((page) => shown(state, page.name))
    .filter((each) => isQuestion(each.item) && getAnswer(state.answers, each.pointer) !== "").length;
}

function Gaps(props: { visit: Visit; faults: FormProblem[]; onOpen: (pointer: string) => void }) {
  const { visit, faults } = props;
  const box = useRef<HTMLDivElement>(null);
  return (
    <div class="notice bad gaps" data-testid="form-errors" ref={box} tabIndex={-1} data-quiet>
      <h2>{w().gaps(faults.length)}</h2>
      <p>{w().gapsWhy}</p>
      <ul>
        {faults.map((fault) => {
          const item = itemAt(visit.form, fault.pointer);
          const label = item ? textOf(visit.state.value, item.label, lang.value, fault.pointer) : "";
          return (
            <li key={fault.pointer}>
              <button type="button" onClick={() => props.onOpen(fault.pointer)}>
                {faultLine(label, fault)}
              </button>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function useSeal(visit: Visit): { busy: boolean; fault: string; seal: () => Promise<void> } {
  const phone = usePhone();
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState("");
  const seal = async () => {
    if (busy) return;
    setBusy(true);
    setFault("");
    try {
      await visit.keeper.flush();
      const state = compute(visit.form, visit.keeper.draft.value.answers, nowWhen());
      const answers: Answers = prune(state);
      const count = countAnswers(visit);
      const sealed = await phone.sealDraft(visit.keeper, answers);
      forgetVisit();
      const bytes = sealed.photos.reduce((sum, each) => sum + each.bytes, 0);
      const { op_id: opId, sample_id: sampleId, household: unit, kind } = sealed;
      const done = { opId, sampleId, unit, kind, answers: count, photos: sealed.photos.length, bytes };
      go({ name: "saved", ...done }, "replace");
    } catch (error) {
      setFault(notSavedText(error));
    } finally {
      setBusy(false);
    }
  };
  return { busy, fault, seal };
}

function Review(props: { visit: Visit; draftId: string }) {
  const { visit, draftId } = props;
  const { busy, fault, seal } = useSeal(visit);
  const pages = visit.pages.value;
  const faults = faultsOf(visit);
  const openAt = (section: string, pointer?: string) => {
    visit.keeper.change({ page: Math.max(0, pages.findIndex((each) => each.name === section)) });
    if (pointer) visit.tried.value = new Set(visit.tried.value).add(section);
    go(pointer ? { name: "interview", draftId, pointer } : { name: "interview", draftId }, "replace");
  };
  const press = () => {
    if (faults.length === 0) return void seal();
    const box = document.querySelector<HTMLElement>('[data-testid="form-errors"]');
    box?.scrollIntoView({ block: "center" });
    box?.querySelector("button")?.focus({ preventScroll: true });
  };
  return (
    <Page
      place={draftId + "review"}
      title={w().reviewTitle}
      crumb={<span class="one-line">{visit.subject} · {w().review}</span>}
      aside={<DraftMark visit={visit} />}
      onBack={goBack}
      backLabel={w().toHousehold}
      under={<Steps count={pages.length + 1} at={pages.length} />}
      foot={
        <>
          <DraftFault visit={visit} />
          <div class="pair">
            <button
              type="button"
              class="button"
              data-testid="previous-page"
              onClick={() => openAt((pages[pages.length - 1] as Item).name)}
            >
              {w().previous}
            </button>
            <button
              type="button"
              class={"button main-action" + (faults.length > 0 ? " not-yet" : "")}
              data-testid="seal"
              aria-busy={busy}
              onClick={press}
            >
              {busy ? w().sealing : visit.sample ? w().seal : r().sealRecord}
            </button>
          </div>
        </>
      }
    >
      {visit.keeper.draft.value.corrects_why ? (
        <p class="notice" data-testid="correcting">
          {r().correcting(visit.keeper.draft.value.corrects_why)}
        </p>
      ) : null}
      {fault ? (
        <div class="notice bad" role="alert">
          <h2>{w().sealFailed}</h2>
          <p>
            {w().sealFailedWhy} {fault}
          </p>
        </div>
      ) : null}
      {faults.length > 0 ? (
        <Gaps visit={visit} faults={faults} onOpen={(pointer) => openAt(pointer.split("/")[1] as string, pointer)} />
      ) : (
        <p class="notice good">{w().reviewOk}</p>
      )}
      {pages.map((section) => (
        <SectionAnswers
          key={section.name}
          state={visit.state.value}
          section={section}
          faults={faults}
          aside={
            <button type="button" class="plain edge-right" onClick={() => openAt(section.name)}>
              {w().change}
              <span class="hidden">{textOf(visit.state.value, section.label, lang.value)}</span>
            </button>
          }
        />
      ))}
    </Page>
  );
}

/** 签收 of a draft. */
export function ReviewPage(props: { draftId: string }) {
  const visit = useVisit(props.draftId);
  useEffect(() => () => void leaveUnlessReviewed(), []);
  if (visit === null) return <p class="main muted">{w().loading}</p>;
  if (visit === undefined) return <GoneDraft />;
  return <Review visit={visit} draftId={props.draftId} />;
}
