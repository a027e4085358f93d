/** 今日 of a helper: the own households wherever they live, the longest due first. */
import { localDay } from "../../ui/format.ts";
import { Chip } from "../../ui/marks.tsx";
import { Page } from "../../ui/page.tsx";
import { w } from "../../ui/words.ts";
import { r } from "../../ui/words-roles.ts";
import { SyncFoot } from "../foot.tsx";
import { useHelped, type HelpedView } from "../helped.ts";
import { subjectOf, usePhone } from "../phone.ts";
import { Reminders } from "../reminders.tsx";
import { go } from "../routes.ts";
import { RecordChip } from "../standing.tsx";

/** 超期 3 天, 今天到期, 还有 12 天, 还没走访过. */
export function dueWord(view: HelpedView): string {
  if (view.pair.due_on === null) return r().dueNever;
  if (view.days < 0) return r().dueOver(-view.days);
  return view.days === 0 ? r().dueNow : r().dueIn(view.days);
}

export function helpedName(view: Pick<HelpedView, "household">): string {
  return view.household.head_name || view.household.office_no || r().helpedHousehold;
}

function HelpedCard(props: { view: HelpedView; first: boolean }) {
  const { view, first } = props;
  const { county_name, town_name, village_name } = view.household;
  const sealedToday = view.entry && localDay(new Date(view.entry.submission.sealed_at)) === localDay(new Date());
  return (
    <a
      href="#"
      class={"card sample helped" + (first ? " first" : "")}
      data-testid="helped-item"
      data-unit={view.unit}
      data-due={view.pair.due_on ?? "now"}
      onClick={(event) => {
        event.preventDefault();
        go({ name: "helped", unit: view.unit });
      }}
    >
      <span class="about">
        <span class="who">{helpedName(view)}</span>
        <br />
        <span class="where">{[county_name, town_name, village_name].filter(Boolean).join(" ")}</span>
        {view.pair.visited_on ? (
          <>
            <br />
            <span class="where">{r().visitedOn(view.pair.visited_on)}</span>
          </>
        ) : null}
      </span>
      <span class="chips">
        <Chip tone={view.days <= 0 ? "todo" : "quiet"}>{view.draft ? w().stateDraft : dueWord(view)}</Chip>
        {view.entry && (sealedToday || !view.entry.complete) ? <RecordChip entry={view.entry} /> : null}
      </span>
    </a>
  );
}

/** The first screen of a helper. */
export function HelperToday() {
  const phone = usePhone();
  const views = useHelped();
  const pack = phone.pack.value;
  const account = phone.session.value;
  const next = views.find((view) => view.draft || view.days <= 0);
  const corrections = phone.drafts.value.filter((draft) => draft.corrects !== null);
  const due = views.filter((view) => view.days <= 0).length;
  const empty = pack ? [r().noHelped, r().noHelpedWhy] : [w().noPackage, navigator.onLine ? w().noPackageWhy : w().noPackageOffline];
  return (
    <Page
      place="today"
      title={views.length > 0 ? r().dueTitle(due) : w().today}
      crumb={[r().helpedAll, account?.name].filter(Boolean).join(" · ")}
      aside={
        <button type="button" class="plain edge-right" onClick={() => go({ name: "me" })}>
          {w().me}
        </button>
      }
      foot={<SyncFoot />}
    >
      <Reminders />
      {views.length === 0 ? (
        <div class="notice">
          <h2>{empty[0]}</h2>
          <p class="muted">{empty[1]}</p>
        </div>
      ) : (
        <p class="muted small">{r().everyDays(pack?.package.visit_every_days ?? 30)}</p>
      )}
      {corrections.map((draft) => (
        <button
          key={draft.draft_id}
          type="button"
          class="button"
          data-testid="record-draft"
          onClick={() => go({ name: "interview", draftId: draft.draft_id })}
        >
          {w().goOnCorrection}: {subjectOf(phone, draft)}
        </button>
      ))}
      <div class="cards">
        {views.map((view) => (
          <HelpedCard key={view.unit} view={view} first={view === next} />
        ))}
      </div>
    </Page>
  );
}
