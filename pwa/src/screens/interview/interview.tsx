/** 问卷: one section a page, saved at every change, faults named at the question and in a summary. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import {
  addRow, pages as pagesOf, removeRow, shown, textOf, validate,
  type FormProblem, type Item, type Placed,
} from "../../domain/form/index.ts";
import { hourMinute } from "../../ui/format.ts";
import { Ask, Page } from "../../ui/page.tsx";
import { Marked } from "../../ui/marked.tsx";
import { lang, w } from "../../ui/words.ts";
import { r } from "../../ui/words-roles.ts";
import { moveFor, notSavedText, usePhone } from "../phone.ts";
import { go, goBack, route } from "../routes.ts";
import { blocksOf, type Block } from "./blocks.ts";
import { domId, Question } from "./question.tsx";
import { isQuestion } from "./reading.ts";
import { failPointer, leaveVisit, openVisit, type Visit } from "./visit.ts";

/** The visit of a draft: `null` while it is opened, `undefined` when it is no longer here. */
export function useVisit(draftId: string): Visit | null | undefined {
  const phone = usePhone();
  const [visit, setVisit] = useState<Visit | null | undefined>(null);
  useEffect(() => {
    let gone = false;
    openVisit(phone, draftId).then(
      (opened) => gone || setVisit(opened ?? undefined),
      () => gone || setVisit(undefined),
    );
    return () => {
      gone = true;
    };
  }, [draftId]);
  return visit;
}

/** 草稿已存 HH:MM, only while every change is on the disk. */
export function DraftMark(props: { visit: Visit }) {
  const { keeper } = props.visit;
  const savedAt = keeper.savedAt.value;
  if (keeper.problem.value) return <span class="small saved-mark bad-ink">{w().draftFailed}</span>;
  if (keeper.dirty.value || !savedAt) return <span class="muted small saved-mark">{w().draftSaving}</span>;
  return (
    <span class="muted small saved-mark" data-testid="draft-saved">
      {w().draftSaved(hourMinute(new Date(savedAt)))}
    </span>
  );
}

/** The last save failed: what is safe, and the button to try again. */
export function DraftFault(props: { visit: Visit }) {
  const { keeper } = props.visit;
  const problem = keeper.problem.value;
  if (!problem) return null;
  return (
    <div class="notice bad" role="alert">
      <h2>{w().draftFailed}</h2>
      <p>
        {w().draftFailedWhy} {notSavedText(problem)}
      </p>
      <button type="button" class="button" onClick={() => void keeper.flush().catch(() => undefined)}>
        {w().saveAgain}
      </button>
    </div>
  );
}

/** Progress by section: past, here, to come. */
export function Steps(props: { count: number; at: number }) {
  return (
    <div class="steps" role="img" aria-label={w().sectionOf(Math.min(props.at + 1, props.count), props.count)}>
      {Array.from({ length: props.count }, (_, i) => (
        <i key={i} class={i < props.at ? "past" : i === props.at ? "here" : ""} />
      ))}
    </div>
  );
}

/** Bring a question into view and put the focus on its first control. */
export function focusQuestion(pointer: string): void {
  const box = document.getElementById(domId(pointer));
  if (!box) return;
  const control = box.querySelector<HTMLElement>("input, textarea, button, canvas") ?? box;
  (control.tabIndex >= 0 ? control : box).focus({ preventScroll: true });
  box.scrollIntoView({ block: "start" });
}

/** Items of a page beyond which those out of sight are not laid out. */
const LONG = 60;

type Draw = (placed: Placed) => ComponentChildren;

/** Draws items; the element of one that no change touched is the same as before, so that it costs nothing. */
function useDrawn(visit: Visit, section: Item): Draw {
  const { current } = useRef(new Map<string, { revision: number; made: ComponentChildren }>());
  return (placed) => {
    const revision = visit.revisionOf(placed.pointer), known = current.get(placed.pointer);
    if (known?.revision === revision) return known.made;
    const made = <PlacedItem key={placed.pointer} visit={visit} section={section} placed={placed} />;
    current.set(placed.pointer, { revision, made });
    return made;
  };
}

function Repeat(props: { visit: Visit; block: Extract<Block, { kind: "repeat" }>; draw: Draw }) {
  const { visit, block, draw } = props;
  const { placed, rows } = block;
  const [asking, setAsking] = useState<string | null>(null);
  const name = textOf(visit.state.value, placed.item.label, lang.value, placed.pointer);
  const { keeper, form } = visit;
  // As many rows as an answer says: none is added or removed by hand.
  const isCounted = placed.item.count !== undefined;
  const answers = () => keeper.draft.value.answers;
  return (
    <section class="questions" data-testid={"repeat-" + placed.item.name}>
      <h2>{name}</h2>
      {rows.map((row) => (
        <div key={row.row} class="row-card questions">
          <div class="row-head">
            <h3>{w().rowOf(name, row.row + 1)}</h3>
            {isCounted ? null : (
              <button type="button" class="plain danger" onClick={() => setAsking(row.pointer)}>
                {w().removeRow}
              </button>
            )}
          </div>
          {row.items.map(draw)}
        </div>
      ))}
      <div class="stack">
        {rows.length === 0 && !isCounted ? <p class="muted">{w().noRows}</p> : null}
        {isCounted ? null : (
          <button
            type="button"
            class="button"
            data-testid={"add-" + placed.item.name}
            onClick={() => keeper.change({ answers: addRow(form, answers(), placed.pointer) })}
          >
            {w().addRow(name)}
          </button>
        )}
      </div>
      {asking ? (
        <Ask
          text={w().removeRowAsk}
          yes={w().removeRow}
          danger
          onYes={() => {
            keeper.change({ answers: removeRow(answers(), asking) });
            setAsking(null);
          }}
          onNo={() => setAsking(null)}
        />
      ) : null}
    </section>
  );
}

/** A note that depends on answers is a soft check; one that is always there is read aloud. */
function Note(props: { visit: Visit; placed: Placed }) {
  const { item, pointer } = props.placed;
  const text = textOf(props.visit.state.peek(), item.label, lang.value, pointer);
  const isSoft = item.relevant !== undefined;
  return (
    <p
      class={"notice " + (isSoft ? "soft" : "read-aloud")}
      role={isSoft ? "status" : undefined}
      data-testid={"note-" + item.name}
    >
      <Marked text={text} />
    </p>
  );
}

function PlacedItem(props: { visit: Visit; section: Item; placed: Placed }) {
  const { visit, section, placed } = props;
  const { item } = placed;
  if (item.kind === "note") return <Note visit={visit} placed={placed} />;
  if (item.kind === "group") return <h2>{textOf(visit.state.peek(), item.label, lang.value, placed.pointer)}</h2>;
  return isQuestion(item) ? <Question visit={visit} placed={placed} section={section} /> : null;
}

/** The reason for no position is not asked while the position is still on its way. */
function isWaiting(visit: Visit, pointer: string): boolean {
  return Object.entries(visit.locating.value).some(
    ([place, doing]) => doing === "busy" && failPointer(place) === pointer,
  );
}

/** What is wrong on a page, the questions that are on their way left out. */
export function faultsOf(visit: Visit, section?: string): FormProblem[] {
  return validate(visit.state.value, section).filter((each) => !isWaiting(visit, each.pointer));
}

/** `问题:要做什么`. */
export function faultLine(label: string, fault: FormProblem): string {
  return lang.value === "zh" ? `${label}:${fault.zh}` : `${label}: ${fault.en}`;
}

/** The faults of this page as links, once 下一页 found them. */
function Summary(props: { visit: Visit; section: Item; onSkip: () => void }) {
  const { visit, section } = props;
  if (!visit.tried.value.has(section.name)) return null;
  const faults = faultsOf(visit, section.name);
  if (faults.length === 0) return null;
  const placed = shown(visit.state.value, section.name);
  const label = (pointer: string) => {
    const found = placed.find((each) => each.pointer === pointer);
    return found ? textOf(visit.state.value, found.item.label, lang.value, pointer) : "";
  };
  return (
    <div class="notice bad" data-testid="form-errors" role="group" aria-label={w().errorsTitle(faults.length)}>
      <h2>{w().errorsTitle(faults.length)}</h2>
      <ul>
        {faults.map((fault) => (
          <li key={fault.pointer}>
            <button type="button" onClick={() => focusQuestion(fault.pointer)}>
              {faultLine(label(fault.pointer), fault)}
            </button>
          </li>
        ))}
      </ul>
      <button type="button" class="button" onClick={props.onSkip}>
        {w().skipForNow}
      </button>
    </div>
  );
}

function Help(props: { visit: Visit; section: Item }) {
  const { visit, section } = props;
  const rules = visit.form.help.filter((each) => !each.section || each.section === section.name);
  const here = rules.filter((each) => each.section === section.name);
  const texts = (here.length > 0 ? here : rules).map((each) => textOf(visit.state.value, each.text, lang.value));
  if (texts.length === 0) return null;
  return (
    <details class="help">
      <summary>{w().help}</summary>
      <div class="notice">
        {texts.map((text, i) => (
          <p key={i}>{text}</p>
        ))}
      </div>
    </details>
  );
}

/** A newer version is in force: the draft stays as it is, unless the office allows to move it. */
function OlderVersion(props: { visit: Visit }) {
  const phone = usePhone();
  const draft = props.visit.keeper.draft.value;
  const to = moveFor(phone.pack.value, draft.form);
  const stands = phone.pack.value?.package.forms.some((each) => each.sha256 === draft.form.sha256 && each.in_force !== false);
  if (!to && (stands || !phone.pack.value)) return null;
  return (
    <div class="notice soft" data-testid="older-version">
      <p>{r().olderVersion}</p>
      {to ? (
        <button type="button" class="plain" data-testid="offer-move" onClick={() => go({ name: "move", draftId: draft.draft_id })}>
          {r().moveOffer}: {to.version}
        </button>
      ) : null}
    </div>
  );
}

function Section(props: { visit: Visit; pages: Item[]; at: number; draftId: string; pointer?: string }) {
  const { visit, pages, at, draftId } = props;
  const section = pages[at] as Item;
  const title = textOf(visit.state.value, section.label, lang.value, "/" + section.name);
  useEffect(() => {
    if (props.pointer) focusQuestion(props.pointer);
  }, [props.pointer, at]);

  // Before the door has been answered nobody knows how far the form goes: then all of it is shown ahead.
  const whole = pagesOf(visit.form).length;
  const ahead = pages.length === 1 && whole > 1 && faultsOf(visit, section.name).length > 0 ? whole : pages.length;
  const draw = useDrawn(visit, section);
  const turnTo = (page: number) => {
    visit.keeper.change({ page });
    void visit.keeper.flush().catch(() => undefined);
    if (page >= pages.length) go({ name: "review", draftId }, "replace");
    else go({ name: "interview", draftId }, "replace");
  };
  const next = () => {
    const faults = faultsOf(visit, section.name);
    visit.tried.value = new Set(visit.tried.value).add(section.name);
    const first = faults[0];
    if (!first) return turnTo(at + 1);
    requestAnimationFrame(() => focusQuestion(first.pointer));
  };
  const blocks = blocksOf(shown(visit.state.value, section.name).filter((each) => !isWaiting(visit, each.pointer)));
  return (
    <Page
      place={draftId + section.name}
      title={title}
      crumb={<span class="one-line">{visit.subject}</span>}
      aside={<DraftMark visit={visit} />}
      onBack={goBack}
      backLabel={w().toHousehold}
      under={<Steps count={ahead + 1} at={at} />}
      foot={
        <>
          <DraftFault visit={visit} />
          <div class="pair">
            <button
              type="button"
              class="button"
              data-testid="previous-page"
              onClick={() => (at > 0 ? turnTo(at - 1) : goBack())}
            >
              {at > 0 ? w().previous : w().toHousehold}
            </button>
            <button type="button" class="button main-action" data-testid="next-page" onClick={next}>
              {at + 1 < ahead ? w().next : w().toReview}
            </button>
          </div>
        </>
      }
    >
      <OlderVersion visit={visit} />
      <Summary visit={visit} section={section} onSkip={() => turnTo(at + 1)} />
      <Help visit={visit} section={section} />
      <div class={"questions" + (blocks.length > LONG ? " long" : "")}>
        {blocks.map((block) =>
          block.kind === "repeat" ? (
            <Repeat key={block.placed.pointer} visit={visit} block={block} draw={draw} />
          ) : (
            draw(block.placed)
          ),
        )}
      </div>
    </Page>
  );
}

/** The page of the questionnaire where the draft stands. */
export function InterviewPage(props: { draftId: string; pointer?: string }) {
  const visit = useVisit(props.draftId);
  useEffect(() => () => void leaveUnlessReviewed(), []);
  if (visit === null) return <p class="main muted">{w().loading}</p>;
  if (visit === undefined) return <GoneDraft />;
  return <Standing visit={visit} draftId={props.draftId} pointer={props.pointer} />;
}

/** Where the draft stands: a section, or 签收 when all of them were walked. */
function Standing(props: { visit: Visit; draftId: string; pointer?: string }) {
  const { visit, draftId, pointer } = props;
  const pages = visit.pages.value;
  const { page } = visit.keeper.draft.value;
  const isWalked = page >= pages.length;
  useEffect(() => {
    if (isWalked) go({ name: "review", draftId }, "replace");
  }, [isWalked]);
  if (isWalked) return null;
  return <Section visit={visit} pages={pages} at={page} draftId={draftId} pointer={pointer} />;
}

/** The draft was sealed or thrown away, perhaps on another page. */
export function GoneDraft() {
  return (
    <Page place="gone" title={w().household} onBack={goBack}>
      <p class="notice">{w()["ns-draft-gone"]}</p>
      <button type="button" class="button" onClick={() => go({ name: "today" }, "replace")}>
        {w().backToday}
      </button>
    </Page>
  );
}

/** Questionnaire and 签收 share the visit; it is let go when neither is on the screen. */
export async function leaveUnlessReviewed(): Promise<void> {
  const name = route.value.name;
  if (name !== "interview" && name !== "review") await leaveVisit().catch(() => undefined);
}
