/** 待同步: each record and each photo with its own state, its last try and why. Never a spinner without words. */
import { useEffect, useState } from "preact/hooks";
import type { Form, Text } from "../../domain/form/index.ts";
import type { Problem } from "../../domain/wire.ts";
import type { OutboxEntry, OutboxLine, SyncStatus } from "../../sync/index.ts";
import { bytesText, shortInstant } from "../../ui/format.ts";
import { Chip } from "../../ui/marks.tsx";
import { Page } from "../../ui/page.tsx";
import { lang, w } from "../../ui/words.ts";
import { r } from "../../ui/words-roles.ts";
import { OutboxCount, SyncButton } from "../foot.tsx";
import { findSample, subjectOf, usePhone } from "../phone.ts";
import { questionnaire, useForm } from "../questionnaire.ts";
import { go, goBack } from "../routes.ts";
import { RecordChip } from "../standing.tsx";
import { Reminders } from "../reminders.tsx";

function when(instant: string | number | null): string {
  return shortInstant(instant, new Date());
}

/** Sync as one sentence: what happens now, or why nothing does. */
export function statusText(status: SyncStatus, isOnline: boolean): string {
  if (status.phase === "sending") return w().syncing;
  if (status.phase === "signed-out") return w().syncAuth;
  if (status.reason === "bad-receipt" || status.reason === "not-our-server") return w().syncFailed;
  if (!isOnline || status.reason === "offline") return w().syncOffline;
  if (status.phase === "sleeping" && status.next_at) {
    const why = status.reason ? w()[`why-${status.reason}`] : w()["why-server-error"];
    return w().syncLater(why, when(status.next_at));
  }
  return status.last_ok_at ? w().syncOk(when(status.last_ok_at)) : w().syncNever;
}

function tries(line: OutboxLine): string {
  if (line.state === "sending") return w().stateSending;
  if (line.tries === 0) return w().notTried;
  const parts = [w().tries(line.tries), w().lastTry(when(line.last_try_at))];
  if (line.state !== "received" && line.state !== "held" && line.last_reason) parts.push(w()[`why-${line.last_reason}`]);
  return parts.join(" · ");
}

function PhotoLine(props: { line: OutboxLine; n: number }) {
  const { line, n } = props;
  const chip =
    line.state === "received" ? (
      <Chip tone="received">{w().stateReceived}</Chip>
    ) : line.state === "sending" ? (
      <Chip tone="quiet">{w().stateSending}</Chip>
    ) : line.state === "refused" || line.state === "held" ? (
      <Chip tone="problem">{w().stateProblem}</Chip>
    ) : (
      <Chip tone="saved">{w().stateSaved}</Chip>
    );
  return (
    <li>
      <span>
        {w().photoN(n)} <span class="muted small">{bytesText(line.bytes)}</span>
        <br />
        <span class="muted small">{line.state === "received" ? "" : tries(line)}</span>
      </span>
      {chip}
      {line.state === "received" && line.problem ? <p class="notice soft small">{inWords(line.problem)}</p> : null}
    </li>
  );
}

/** What the service said of a record or picture, in the reader's language. */
function inWords(problem: Problem | null): string {
  const zh = problem?.detail ?? problem?.title ?? "";
  return lang.value === "zh" ? zh : (problem?.detail_en ?? problem?.title_en ?? zh);
}

/** A label's fixed words; parts that depend on answers are left out. */
function fixedText(text: Text): string {
  const template = text[lang.value];
  return typeof template === "string" ? template : template.filter((each) => typeof each === "string").join("…");
}

/** `#/answers/cover/gps` → the words of the question it points to; "" where the form is not here. */
function questionAt(form: Form | null, pointer: string): string {
  const part = questionnaire.value;
  const item = form && part ? part.itemAt(form, pointer.replace(/^#?\/answers/, "")) : null;
  return item?.label ? fixedText(item.label) : "";
}

/** What the server holds against a record, each reason at its question. */
function Held(props: { problem: Problem | null; formId: string | null }) {
  const { problem } = props;
  const form = useForm(props.formId);
  const errors = problem?.errors ?? [];
  return (
    <div class="notice bad">
      <p class="strong">{w().heldWhy}</p>
      {errors.length > 0 ? (
        <dl class="answers">
          {errors.map((each, i) => (
            <div key={i}>
              <dt>{questionAt(form, each.pointer)}</dt>
              <dd>{lang.value === "en" && each.detail_en ? each.detail_en : each.detail}</dd>
            </div>
          ))}
        </dl>
      ) : (
        <p>{inWords(problem)}</p>
      )}
      <p class="small">{w().heldSafe}</p>
    </div>
  );
}

function Refused(props: { problem: Problem | null }) {
  return (
    <p class="notice bad">
      {w()["why-refused"]} {inWords(props.problem)}
    </p>
  );
}

/** 入户问卷, 走访记录 …; "" for a kind that this version does not know. */
function kindWord(kind: string): string {
  const words = w() as unknown as Record<string, string>;
  return words["kind_" + kind] ?? "";
}

function RecordCard(props: { entry: OutboxEntry }) {
  const phone = usePhone();
  const { entry } = props;
  const { submission, op, photos } = entry;
  const sample = findSample(phone.pack.value, submission.sample_id);
  const what = sample ? `${w()[sample.stratum]} · ${w().rankOf(sample.rank)} · ` : `${kindWord(submission.kind)} · `;
  return (
    <li class="card record" data-testid="outbox-record" data-op-id={submission.op_id}>
      <div class="head">
        <h2>{subjectOf(phone, submission)}</h2>
        <RecordChip entry={entry} />
        <p class="muted small">
          {what}
          {w().savedAt(when(submission.sealed_at))}
        </p>
        <p class="muted small">{tries(op)}</p>
        {submission.form_id ? (
          <button
            type="button"
            class="plain edge-left"
            data-testid="read-record"
            onClick={() => go({ name: "record", opId: submission.op_id })}
          >
            {r().readIt}
          </button>
        ) : null}
      </div>
      {op.state === "held" ? <Held problem={op.problem} formId={submission.form_id} /> : null}
      {op.state === "refused" ? <Refused problem={op.problem} /> : null}
      {photos.length > 0 ? (
        <ul class="lines">
          {photos.map((each, i) => (
            <PhotoLine key={each.id} line={each} n={i + 1} />
          ))}
        </ul>
      ) : null}
    </li>
  );
}

function useOnline(): boolean {
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const read = () => setOnline(navigator.onLine);
    addEventListener("online", read);
    addEventListener("offline", read);
    return () => {
      removeEventListener("online", read);
      removeEventListener("offline", read);
    };
  }, []);
  return online;
}

/** Unfinished first, then the latest. */
function inOrder(entries: readonly OutboxEntry[]): OutboxEntry[] {
  return [...entries].sort((a, b) =>
    a.complete !== b.complete ? (a.complete ? 1 : -1) : a.submission.sealed_at < b.submission.sealed_at ? 1 : -1,
  );
}

export function OutboxPage() {
  const phone = usePhone();
  const online = useOnline();
  const { entries } = phone.outbox.value;
  const status = phone.status.value;
  return (
    <Page
      place="outbox"
      title={w().outbox}
      crumb={w().app}
      onBack={goBack}
      foot={
        <div class="stack">
          <OutboxCount />
          <SyncButton main />
        </div>
      }
    >
      <Reminders />
      <p class="notice" role="status">
        {statusText(status, online)}
      </p>
      {entries.length === 0 ? <p class="muted">{w().outboxEmpty}</p> : <p class="muted small">{w().outboxHelp}</p>}
      <ul class="cards">
        {inOrder(entries).map((each) => (
          <RecordCard key={each.submission.op_id} entry={each} />
        ))}
      </ul>
      {entries.length === 0 ? (
        <button type="button" class="button" onClick={() => go({ name: "today" }, "replace")}>
          {w().backToday}
        </button>
      ) : null}
    </Page>
  );
}
