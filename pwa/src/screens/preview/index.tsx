/**
 * The office's preview: the real screens over a form that is not published yet, in a window of its own.
 *
 * Everything lives in memory: no database is opened, no worker registered, nothing is sent. The example
 * household is invented.
 */
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { sha256Hex } from "../../domain/text.ts";
import { start, type Form } from "../../domain/form/index.ts";
import { newDraft, type Draft } from "../../domain/submission.ts";
import type { FormRef, Package, PhotoRef } from "../../domain/wire.ts";
import type { Store } from "../../store/index.ts";
import { createDraftKeeper, type DraftKeeper } from "../../sync/draft-keeper.ts";
import { newId } from "../../sync/environment.ts";
import type { PackageView, Phone, SampleView } from "../../sync/index.ts";
import { Page } from "../../ui/page.tsx";
import { w } from "../../ui/words.ts";
import { r } from "../../ui/words-roles.ts";
import { InterviewPage, ReviewPage } from "../interview/index.ts";
import { sourceOf } from "../interview/source.ts";
import { forgetVisit, nowWhen } from "../interview/visit.ts";
import { PhoneProvider } from "../phone.ts";
import { go, route } from "../routes.ts";

const OWN_PATHS = ["/questionnaires/", "/api/v1/"];

const HOUSEHOLD = {
  unit: "640104000000-0001",
  office_no: "EXAMPLE-1",
  head_name: "示例户",
  county_code: "640104",
  county_name: "示例县",
  town_name: "示例镇",
  village_code: "640104000000",
  village_name: "示例村",
  status: "exited",
  exit_year: "2016",
  size: "4",
  helper_name: "示例帮扶人",
  income_pc: "5200",
};

const SAMPLE: SampleView = {
  sample_id: "PREVIEW-A1.640104-P.1",
  rank: 1,
  stratum: "poor",
  round: "PREVIEW",
  county: "640104",
  state: "open",
  form_id: "",
  household: HOUSEHOLD,
  code: null,
  attempts: 0,
  doorsteps: [],
  draft_id: null,
  last_op_id: null,
  surplus: false,
  before: [],
};

/** A form's text from this service; null for another address, an answer that is no form, or no answer. */
async function fetchForm(path: string): Promise<{ text: string; form: Form } | null> {
  if (!OWN_PATHS.some((own) => path.startsWith(own)) || path.includes("//")) return null;
  try {
    const answer = await fetch(path, { credentials: "same-origin", headers: { Accept: "application/json" } });
    const text = await answer.text();
    const form = JSON.parse(text) as Form;
    return answer.ok && form.format === 1 && Array.isArray(form.items) ? { text, form } : null;
  } catch {
    return null;
  }
}

function packageOf(ref: FormRef): PackageView {
  const pack = {
    epoch: "preview",
    cursor: "",
    receipt_key: { alg: "", key_id: "", spki: "" },
    account: { account: "preview", role: "inspector", scope: "6401", name: "示例" },
    rounds: [],
    samples: [SAMPLE],
    forms: [ref],
    visit_every_days: 30,
  } satisfies Package;
  return { fetched_at: new Date().toISOString(), package: pack, rounds: [], samples: [SAMPLE], progress: [] };
}

/** A phone of paper: as much of one as the questionnaire's screens ask for. */
function paperPhone(form: Form, ref: FormRef): { phone: Phone; begin: () => string } {
  const photos = new Map<string, Blob>();
  let draft: Draft | null = null;
  const clock = {
    read: () => ({ wall: new Date().toISOString(), monotonic_ms: performance.now(), offset_ms: 0, zone: "Asia/Shanghai" }),
  };
  const store = {
    saveDraft: async (of: Draft) => (draft = { ...of, rev: of.rev + 1, saved_at: new Date().toISOString() }),
  } as unknown as Store;
  const phone = {
    store,
    clock,
    appVersion: __APP_VERSION__,
    session: signal({ account: "preview", role: "inspector", scope: "6401", name: "示例", token: "", expires_at: "", valid: true }),
    pack: signal(packageOf(ref)),
    drafts: signal([]),
    outbox: signal({ entries: [], records: 0, photos: 0, held: 0 }),
    status: signal({ phase: "idle", next_at: null, last_try_at: null, last_ok_at: null, reason: null, problem: null }),
    update: signal({ ready: false }),
    form: async () => form,
    openDraft: async () => (draft ? createDraftKeeper(store, draft) : null),
    sealDraft: async (keeper: DraftKeeper) => {
      keeper.close();
      draft = null;
      ended.value = true;
      return { op_id: "", sample_id: null, household: null, kind: "interview", photos: [] };
    },
    savePhoto: async (keeper: DraftKeeper, question: string, bytes: ArrayBuffer, type: string) => {
      const photo: PhotoRef = { photo_id: newId(), sha256: "", bytes: bytes.byteLength, type, question };
      photos.set(photo.photo_id, new Blob([bytes], { type }));
      keeper.change({ photos: [...keeper.draft.value.photos, photo] });
      return photo;
    },
    photoUrl: async (id: string) => (photos.has(id) ? URL.createObjectURL(photos.get(id) as Blob) : null),
    discardPhoto: async (keeper: DraftKeeper, id: string) => {
      photos.delete(id);
      keeper.change({ photos: keeper.draft.value.photos.filter((each) => each.photo_id !== id) });
    },
  } as unknown as Phone;
  const begin = () => {
    const isInterview = form.kind === undefined;
    const subject = { sample_id: isInterview ? SAMPLE.sample_id : null, household: form.kind === "record" ? null : HOUSEHOLD.unit };
    const place = { code: HOUSEHOLD.village_code, county_code: "640104", name: HOUSEHOLD.village_name, level: "village" };
    const answers = start(form, sourceOf(phone, { ...subject, place }), nowWhen());
    draft = newDraft({ ...subject, account: "preview", kind: form.kind ?? "interview", form: ref, answers }, clock, newId);
    return draft.draft_id;
  };
  return { phone, begin };
}

const ended = signal(false);

function Bar() {
  return (
    <p class="notice soft preview-bar" data-testid="preview">
      {r().previewBar}
    </p>
  );
}

/** Interview and 签收 as on a phone; everything else is the way back to the start. */
function Preview(props: { form: Form; phone: Phone; begin: () => string }) {
  const { form, phone, begin } = props;
  const at = route.value;
  const again = () => {
    forgetVisit();
    ended.value = false;
    go({ name: "interview", draftId: begin() }, "replace");
  };
  const isOn = !ended.value && (at.name === "interview" || at.name === "review");
  return (
    <PhoneProvider value={phone}>
      <Bar />
      {isOn && at.name === "review" ? <ReviewPage key={at.draftId} {...at} /> : null}
      {isOn && at.name === "interview" ? <InterviewPage key={at.draftId} {...at} /> : null}
      {isOn ? null : (
        <Page
          place="preview"
          title={ended.value ? r().previewEnd : (form.title.zh as string)}
          foot={
            <button type="button" class="button main-action" data-testid="preview-again" onClick={again}>
              {r().previewAgain}
            </button>
          }
        >
          {ended.value ? (
            <p class="notice good" data-testid="preview-end">
              {r().previewEndWhy(form.version)}
            </p>
          ) : null}
        </Page>
      )}
    </PhoneProvider>
  );
}

/** The preview of the form at this path, begun; or the word that it could not be had. */
export async function openPreview(path: string): Promise<ComponentChildren> {
  const found = await fetchForm(path);
  if (!found) return <PreviewFault />;
  const { form, text } = found;
  const paper = paperPhone(form, { form_id: form.id, version: form.version, sha256: sha256Hex(text), url: "" });
  go({ name: "interview", draftId: paper.begin() }, "replace");
  return <Preview form={form} {...paper} />;
}

function PreviewFault() {
  return (
    <Page place="preview-fault" title={w().faultTitle}>
      <Bar />
      <p class="notice bad">{r().previewFault}</p>
    </Page>
  );
}
