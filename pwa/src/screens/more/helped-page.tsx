/** 结对户: what the register knows of it, the earlier logs, and the two ways to begin a new one. */
import { useState } from "preact/hooks";
import { shortInstant } from "../../ui/format.ts";
import { Page } from "../../ui/page.tsx";
import { w } from "../../ui/words.ts";
import { r } from "../../ui/words-roles.ts";
import { NotSaved } from "../../store/index.ts";
import { SyncFoot } from "../foot.tsx";
import { DiscardDraft, Facts, Members, registerRows, Way } from "../household.tsx";
import { useHelped, type HelpedView, type LogLine } from "../helped.ts";
import { notSavedText, usePhone } from "../phone.ts";
import { loadQuestionnaire } from "../questionnaire.ts";
import { go, goBack } from "../routes.ts";
import { RecordChip } from "../standing.tsx";
import { dueWord, helpedName } from "./helper-today.tsx";

function Actions(props: { view: HelpedView; onFail: (text: string) => void }) {
  const phone = usePhone();
  const { view } = props;
  const [busy, setBusy] = useState(false);
  const run = async (nobody: boolean) => {
    if (busy) return;
    setBusy(true);
    try {
      const draftId = await (await loadQuestionnaire()).beginLog(phone, view, nobody);
      if (draftId) go({ name: "interview", draftId });
      else props.onFail(r().noFormFor);
    } catch (error) {
      props.onFail(error instanceof NotSaved ? notSavedText(error) : w().partMissing);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div class="pair">
      <button type="button" class="button" data-testid="nobody-home" disabled={busy} onClick={() => void run(true)}>
        {r().nobodyMet}
      </button>
      <button
        type="button"
        class="button main-action"
        data-testid="start-interview"
        disabled={busy}
        onClick={() => void run(false)}
      >
        {view.draft ? w().goOnVisit : r().startLog}
      </button>
    </div>
  );
}

function logWord(log: LogLine): string {
  if (log.is_met) return r().metFamily;
  const words: Record<string, string> = {
    absent: w().outAttempt, away: w().outAway, refused: w().outN2, incapable: w().outN3, no_such: w().outX2,
  };
  return words[log.contact_result ?? ""] ?? w().kind_visit_log;
}

function Log(props: { log: LogLine }) {
  const { log } = props;
  return (
    <li data-testid="earlier-visit" data-op-id={log.op_id}>
      <span>
        {logWord(log)}
        {log.readable ? (
          <>
            <br />
            <button
              type="button"
              class="plain edge-left"
              data-testid="read-record"
              onClick={() => go({ name: "record", opId: log.op_id })}
            >
              {r().readIt}
              <span class="hidden">{log.visited_on}</span>
            </button>
          </>
        ) : null}
      </span>
      <span class="muted">
        {log.visited_on}
        <br />
        {log.entry ? <RecordChip entry={log.entry} /> : log.is_held ? w().stateHeld : shortInstant(log.started_at, new Date()).slice(-5)}
      </span>
    </li>
  );
}

/** One household of the helper. */
export function HelpedPage(props: { unit: string }) {
  const views = useHelped();
  const [fail, setFail] = useState("");
  const view = views.find((each) => each.unit === props.unit);
  if (!view)
    return (
      <Page place="helped" title={r().helpedHousehold} onBack={goBack} foot={<SyncFoot />}>
        <p class="muted">{w().noPackage}</p>
      </Page>
    );
  return (
    <Page
      place={"helped " + view.unit}
      title={helpedName(view)}
      crumb={`${r().helpedHousehold} · ${dueWord(view)}`}
      onBack={goBack}
      foot={<Actions view={view} onFail={setFail} />}
    >
      {fail ? (
        <p class="notice bad" role="alert">
          {fail}
        </p>
      ) : null}
      <Facts
        rows={[
          [r().helpedDone, dueWord(view) + (view.pair.due_on ? ` · ${view.pair.due_on}` : "")],
          [r().logsBefore, view.pair.visited_on ? r().visitedOn(view.pair.visited_on) : ""],
        ]}
      />
      <section class="stack">
        <h2 class="section-title">{w().wayThere}</h2>
        <Way household={view.household} />
      </section>
      <section class="stack">
        <h2 class="section-title">{w().known}</h2>
        <Facts rows={registerRows(view.household, () => "")} />
      </section>
      <Members household={view.household} />
      <section class="stack">
        <h2 class="section-title">{r().logsBefore}</h2>
        {view.logs.length === 0 ? (
          <p class="muted">{r().noLogs}</p>
        ) : (
          <ul class="card lines tight">
            {view.logs.map((log) => (
              <Log key={log.op_id} log={log} />
            ))}
          </ul>
        )}
      </section>
      {view.draft ? <DiscardDraft draftId={view.draft.draft_id} /> : null}
    </Page>
  );
}
