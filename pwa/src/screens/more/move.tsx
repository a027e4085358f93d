/** 改用新版: a draft moves to a newer version of its form, where the office allows it and a person has read what changes. */
import { useEffect, useState } from "preact/hooks";
import type { Form, Item } from "../../domain/form/index.ts";
import type { Draft } from "../../domain/submission.ts";
import type { FormRef } from "../../domain/wire.ts";
import { Page } from "../../ui/page.tsx";
import { lang, w } from "../../ui/words.ts";
import { r } from "../../ui/words-roles.ts";
import { SyncFoot } from "../foot.tsx";
import { moveFor, notSavedText, usePhone } from "../phone.ts";
import { loadQuestionnaire, type Questionnaire } from "../questionnaire.ts";
import { go, goBack } from "../routes.ts";

interface Move {
  draft: Draft;
  to: FormRef;
  from: Form;
  next: Form;
  part: Questionnaire;
}

function wordsOf(item: Item): string {
  const text = item.label?.[lang.value] ?? item.name;
  return typeof text === "string" ? text : text.map((part) => (typeof part === "string" ? part : "…")).join("");
}

function List(props: { title: string; items: Item[] }) {
  if (props.items.length === 0) return null;
  return (
    <section class="stack">
      <h2 class="section-title">{props.title}</h2>
      <ul class="card lines tight">
        {props.items.map((item) => (
          <li key={item.name}>
            <span>{wordsOf(item)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The differences, and the two ways on. */
export function MovePage(props: { draftId: string }) {
  const phone = usePhone();
  const [move, setMove] = useState<Move | null>(null);
  const [fail, setFail] = useState("");
  useEffect(() => {
    void (async () => {
      const draft = await phone.store.draft(props.draftId);
      const to = draft ? moveFor(phone.pack.value, draft.form) : null;
      const from = draft ? await phone.form<Form>(draft.form.sha256) : null;
      const next = to ? await phone.form<Form>(to.sha256) : null;
      if (draft && to && from && next) setMove({ draft, to, from, next, part: await loadQuestionnaire() });
    })().catch(() => undefined);
  }, [props.draftId]);
  if (!move) return <Page place="move" title={r().moveTitle} onBack={goBack} foot={<SyncFoot />}><p class="muted">{w().loading}</p></Page>;
  const { draft, to } = move;
  const found = move.part.differences(move.from, move.next, draft.answers, move.part.nowWhen());
  const isSame = found.added.length + found.removed.length + found.changed.length + found.lost.length === 0;
  const agree = async () => {
    try {
      await move.part.leaveVisit();
      const now = (await phone.store.draft(draft.draft_id)) ?? draft;
      await phone.store.saveDraft({ ...now, form: to, moved_from: draft.moved_from ?? draft.form.version, page: 0 });
      go({ name: "interview", draftId: draft.draft_id }, "replace");
    } catch (error) {
      setFail(notSavedText(error));
    }
  };
  return (
    <Page
      place={"move " + draft.draft_id}
      title={r().moveTitle}
      onBack={goBack}
      foot={
        <div class="pair">
          <button type="button" class="button" onClick={goBack}>
            {r().moveNot}
          </button>
          <button type="button" class="button main-action" data-testid="move-draft" onClick={() => void agree()}>
            {r().moveDo}
          </button>
        </div>
      }
    >
      {fail ? (
        <p class="notice bad" role="alert">
          {fail}
        </p>
      ) : null}
      <p class="notice">{r().moveWhy(draft.form.version, to.version)}</p>
      {isSame ? <p>{r().moveSame}</p> : null}
      <List title={r().moveAdded} items={found.added} />
      <List title={r().moveChanged} items={found.changed} />
      <List title={r().moveLost} items={found.lost} />
      <List title={r().moveRemoved} items={found.removed} />
    </Page>
  );
}
