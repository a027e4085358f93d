/** 填写内容: a record as it was filled in, in the words of its own version; to read, never to change. */
import { useEffect, useState } from "preact/hooks";
import type { Form } from "../../domain/form/index.ts";
import type { Answers, FormRef, OpBody } from "../../domain/wire.ts";
import type { Phone } from "../../sync/index.ts";
import { localDay, shortInstant } from "../../ui/format.ts";
import { Page } from "../../ui/page.tsx";
import { lang, w } from "../../ui/words.ts";
import { r } from "../../ui/words-roles.ts";
import { SyncFoot } from "../foot.tsx";
import { usePhone } from "../phone.ts";
import { loadQuestionnaire, type Questionnaire } from "../questionnaire.ts";
import { goBack } from "../routes.ts";
import { Correct } from "./correct.tsx";

interface Filled {
  form_id: string;
  version: string;
  answers: Answers;
  started_at: string;
}

interface Read {
  form: Form;
  formRef: FormRef;
  filled: Filled;
  part: Questionnaire;
}

/** What was filled in: sealed on this phone, or told by the server with the package. */
async function filledOf(phone: Phone, opId: string): Promise<Filled | null> {
  const kept = await phone.store.submission(opId);
  if (kept) {
    const body = JSON.parse(kept.body) as OpBody;
    if (!body.form_id || !body.form_version || !body.answers) return null;
    return { form_id: body.form_id, version: body.form_version, answers: body.answers, started_at: body.started_at };
  }
  const pack = phone.pack.value?.package;
  const told = [
    ...(pack?.samples ?? []).flatMap((sample) => sample.events ?? []),
    ...(pack?.households ?? []).flatMap((each) => each.visits),
  ].find((each) => each.op_id === opId);
  if (!told?.form_id || !told.form_version || !told.answers) return null;
  return { form_id: told.form_id, version: told.form_version, answers: told.answers, started_at: told.started_at };
}

async function read(phone: Phone, opId: string): Promise<Read | null> {
  const filled = await filledOf(phone, opId);
  const refs: FormRef[] = phone.pack.value?.package.forms ?? [];
  const named = refs.find((each) => each.form_id === filled?.form_id && each.version === filled.version);
  // A record that lies here keeps its form here, also when the package names that version no more.
  const ref = named ?? (filled && (await phone.store.findForm(filled.form_id, filled.version)));
  const form = ref ? await phone.form<Form>(ref.sha256) : null;
  return filled && ref && form ? { filled, form, formRef: ref, part: await loadQuestionnaire() } : null;
}

/** One record, its own or an earlier one. */
export function RecordPage(props: { opId: string }) {
  const phone = usePhone();
  const [found, setFound] = useState<Read | null | undefined>(undefined);
  useEffect(() => {
    read(phone, props.opId).then(setFound, () => setFound(null));
  }, [props.opId]);
  if (found === undefined) return <p class="main muted">{w().loading}</p>;
  const title = found?.form.title[lang.value];
  return (
    <Page
      place={"record " + props.opId}
      title={r().readTitle}
      crumb={
        found ? (
          <span class="one-line">
            {typeof title === "string" ? title : ""} · {shortInstant(found.filled.started_at, new Date())}
          </span>
        ) : undefined
      }
      onBack={goBack}
      foot={<SyncFoot />}
    >
      {found ? (
        <>
          <p class="notice">{r().readOnly}</p>
          <Correct opId={props.opId} form={found.form} formRef={found.formRef} />
          <found.part.Filled
            form={found.form}
            answers={found.filled.answers}
            when={{ today: localDay(new Date(found.filled.started_at)), now: found.filled.started_at }}
          />
        </>
      ) : (
        <p class="notice soft">{r().readGone}</p>
      )}
    </Page>
  );
}
