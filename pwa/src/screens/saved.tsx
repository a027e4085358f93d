/** 已存手机: the calm word after a finished write, and what happens next. */
import { Chip, DiskMark } from "../ui/marks.tsx";
import { bytesText } from "../ui/format.ts";
import { Page } from "../ui/page.tsx";
import { w } from "../ui/words.ts";
import { r } from "../ui/words-roles.ts";
import { SyncFoot } from "./foot.tsx";
import { findSample, nameOf, photosLeft, subjectOf, usePhone } from "./phone.ts";
import { go, type Route } from "./routes.ts";
import { todoWord } from "./standing.tsx";
import { visitingOrder } from "./today.tsx";

type Saved = Extract<Route, { name: "saved" }>;

/** Shown only after the store has said that all of it is on the disk. */
export function SavedPage(props: { of: Saved }) {
  const phone = usePhone();
  const { of } = props;
  const pack = phone.pack.value;
  const sample = findSample(pack, of.sampleId);
  const isInterview = of.sampleId !== null;
  const subject = subjectOf(phone, { sample_id: of.sampleId, household: of.unit ?? null, kind: of.kind ?? "interview" });
  const entry = phone.outbox.value.entries.find((each) => each.submission.op_id === of.opId);
  const received = entry?.op.state === "received";
  const held = entry?.op.state === "held";
  const left = entry ? photosLeft(entry) : of.photos;
  const inRound = pack?.samples.filter((each) => each.round === sample?.round) ?? [];
  const next = !isInterview ? undefined : visitingOrder(inRound, phone.session.value?.account ?? "").find((each) => each.sample_id !== of.sampleId);
  const what = held ? w().savedHeld : received && left === 0 ? w().savedAll : navigator.onLine ? w().savedNextOnline : w().savedNext;
  return (
    <Page
      place={"saved " + of.opId}
      title={
        <span class="centre-title" data-testid="state-saved">
          <span class="big-mark" aria-hidden="true">
            <DiskMark />
          </span>
          {w().savedTitle}
        </span>
      }
      foot={
        <div class="stack">
          {next ? (
            <button
              type="button"
              class="button main-action"
              onClick={() => go({ name: "household", sampleId: next.sample_id }, "replace")}
            >
              {w().nextHousehold(nameOf(next), todoWord(next))}
            </button>
          ) : null}
          <SyncFoot />
        </div>
      }
    >
      <p class="centre">{isInterview ? w().savedLine(subject, of.photos) : r().savedRecord(subject, of.photos)}</p>
      <ul class="card lines">
        <li>
          <span>{w().savedForm(of.answers)}</span>
          <Chip tone="saved">{w().stateSaved}</Chip>
        </li>
        {of.photos > 0 ? (
          <li>
            <span>{w().savedPhotos(of.photos, bytesText(of.bytes))}</span>
            {left === 0 ? <Chip tone="received">{w().stateReceived}</Chip> : <Chip tone="saved">{w().stateSaved}</Chip>}
          </li>
        ) : null}
        <li>
          <span>{w().savedReceipt}</span>
          {received ? (
            <Chip tone="received" testid="state-received">
              {w().stateReceived}
            </Chip>
          ) : held ? (
            <Chip tone="problem">{w().stateHeld}</Chip>
          ) : (
            <Chip tone="quiet">{w().savedReceiptLater}</Chip>
          )}
        </li>
      </ul>
      <p class="centre muted small" role="status">
        {what}
      </p>
      <button type="button" class="button" data-testid="back-today" onClick={() => go({ name: "today" }, "replace")}>
        {w().backToday}
      </button>
    </Page>
  );
}
