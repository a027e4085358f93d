/** 今日: where the round stands, whom to visit next, and what is only on this phone. */
import { useEffect, useState } from "preact/hooks";
import { signal } from "@preact/signals";
import type { OutboxEntry, PackageView, SampleView, StratumProgress } from "../sync/index.ts";
import { localDay, shortInstant } from "../ui/format.ts";
import { Page } from "../ui/page.tsx";
import { w } from "../ui/words.ts";
import { SyncFoot } from "./foot.tsx";
import { distanceTo, findRound, nameOf, photosLeft, refreshPosition, subjectOf, usePhone } from "./phone.ts";
import { go } from "./routes.ts";
import { isOpen, outcomeWord, SampleChips } from "./standing.tsx";
import { Reminders } from "./reminders.tsx";

/** The round looked at; "" follows the day. */
const chosenRound = signal("");

/** The round of today: chosen by hand, else running now, else the latest that has samples. */
export function roundOf(pack: PackageView, today: string): string {
  const used = pack.rounds.filter((round) => pack.samples.some((each) => each.round === round.code));
  const chosen = used.find((round) => round.code === chosenRound.value);
  const running = used.filter((round) => round.starts_on <= today && today <= round.ends_on);
  const latest = [...(running.length > 0 ? running : used)].sort((a, b) => (a.starts_on < b.starts_on ? 1 : -1));
  return (chosen ?? latest[0])?.code ?? "";
}

/** After nobody was met, a household waits this long before it is proposed again: another time of day. */
const COME_BACK_AFTER_MS = 4 * 3_600_000;

function isJustTried(sample: SampleView, now: number): boolean {
  const last = sample.doorsteps[sample.doorsteps.length - 1];
  return last !== undefined && now - Date.parse(last.started_at) < COME_BACK_AFTER_MS;
}

/** Open households in visiting order: begun, not just tried, mine, nearer, lower rank. */
export function visitingOrder(samples: SampleView[], account: string, now = Date.now()): SampleView[] {
  const key = (each: SampleView): number[] => [
    each.draft_id ? 0 : 1,
    isJustTried(each, now) ? 1 : 0,
    each.assigned_to === account ? 0 : each.assigned_to ? 2 : 1,
    Number(distanceTo(each.household) || 9999),
    each.rank,
  ];
  return samples.filter(isOpen).sort((a, b) => {
    const [x, y] = [key(a), key(b)];
    for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return (x[i] as number) - (y[i] as number);
    return a.stratum < b.stratum ? 1 : -1;
  });
}

function Progress(props: { of: StratumProgress }) {
  const { stratum, completed, quota } = props.of;
  const [from, to] = quota;
  const pips = Array.from({ length: Math.min(Math.max(to, completed), 30) }, (_, i) =>
    i < completed ? "full" : i < from ? "" : "spare",
  );
  const name = w()[stratum];
  return (
    <div class={"card stratum " + stratum} role="img" aria-label={w().progressAria(name, completed, from, to)}>
      <div class="name">{name}</div>
      <div class="count">
        {completed} <small>{w().quota(from, to)}</small>
      </div>
      <div class="pips">
        {pips.map((kind, i) => (
          <i key={i} class={kind} />
        ))}
      </div>
    </div>
  );
}

/** The line under the name: place and distance while open, what came of it afterwards. */
function below(sample: SampleView, entry: OutboxEntry | null): string[] {
  const { town_name, village_name } = sample.household;
  const parts: string[] = [];
  if (isOpen(sample)) {
    parts.push(village_name || town_name || "");
    const km = distanceTo(sample.household);
    if (km) parts.push(w().about(km));
    const last = sample.doorsteps[sample.doorsteps.length - 1];
    if (last) parts.push(w().lastHere(shortInstant(last.started_at, new Date())));
  } else {
    if (entry) parts.push(shortInstant(entry.submission.sealed_at, new Date()));
    parts.push(outcomeWord(sample));
  }
  const photos = entry ? (entry.op.state === "received" ? photosLeft(entry) : entry.photos.length) : 0;
  if (entry && photos > 0)
    parts.push(entry.op.state === "received" ? `${w().photosWaiting} ${photos}` : `${w().photos} ${photos}`);
  return parts.filter(Boolean);
}

function SampleCard(props: { sample: SampleView; entry: OutboxEntry | null; first?: boolean }) {
  const { sample, entry } = props;
  return (
    <a
      href="#"
      class={"card sample " + sample.stratum + (props.first ? " first" : "")}
      data-testid="sample-item"
      data-sample-id={sample.sample_id}
      data-state={sample.state}
      onClick={(event) => {
        event.preventDefault();
        go({ name: "household", sampleId: sample.sample_id });
      }}
    >
      <span class="rank" aria-hidden="true">
        {sample.rank}
      </span>
      <span class="about">
        <span class="who">
          {nameOf(sample)} {sample.stratum === "non_poor" ? <small>{w().non_poor}</small> : null}
          <span class="hidden">{w().rankOf(sample.rank)}</span>
        </span>
        <br />
        <span class="where">
          {below(sample, entry).map((part, i, all) => (
            <span key={i}>{part + (i + 1 < all.length ? " ·" : "")} </span>
          ))}
        </span>
      </span>
      <SampleChips sample={sample} entry={entry} />
    </a>
  );
}

function RoundSwitch(props: { pack: PackageView; code: string }) {
  const used = props.pack.rounds.filter((round) => props.pack.samples.some((each) => each.round === round.code));
  if (used.length < 2) return null;
  return (
    <fieldset class="switch">
      <legend class="hidden">{w().round}</legend>
      {used.map((round) => (
        <label key={round.code} class={"choice" + (round.code === props.code ? " on" : "")}>
          <input
            type="radio"
            name="round"
            checked={round.code === props.code}
            onChange={() => (chosenRound.value = round.code)}
          />
          <span>{round.name}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** Of each list the closed reserve that opens next: its page says what it waits for. */
export function nextInLine(reserves: readonly SampleView[]): SampleView[] {
  const first = new Map<string, SampleView>();
  for (const each of reserves) {
    const list = each.sample_id.slice(0, each.sample_id.lastIndexOf("."));
    const known = first.get(list);
    if (!each.surplus && (!known || each.rank < known.rank)) first.set(list, each);
  }
  return [...first.values()];
}

function Lists(props: { pack: PackageView; code: string; open: SampleView[] }) {
  const phone = usePhone();
  const entries = new Map<string, OutboxEntry>(
    [...phone.outbox.value.entries].map((entry) => [entry.submission.op_id, entry]),
  );
  const entryOf = (sample: SampleView) => (sample.last_op_id ? (entries.get(sample.last_op_id) ?? null) : null);
  const samples = props.pack.samples.filter((each) => each.round === props.code);
  const [next, ...others] = props.open;
  const ended = samples.filter((each) => each.state !== "open" && each.state !== "reserve");
  ended.sort((a, b) => sealed(entryOf(b)).localeCompare(sealed(entryOf(a))));
  const reserves = samples.filter((each) => each.state === "reserve");
  return (
    <>
      {next ? (
        <div class="cards">
          <SampleCard sample={next} entry={entryOf(next)} first />
          <button
            type="button"
            class="button main-action"
            onClick={() => go({ name: "household", sampleId: next.sample_id })}
          >
            {next.draft_id ? w().goOn : w().goThis}
          </button>
        </div>
      ) : null}
      <div class="cards">
        {others.map((each) => (
          <SampleCard key={each.sample_id} sample={each} entry={entryOf(each)} />
        ))}
      </div>
      {ended.length > 0 ? <h2 class="section-title">{w().doneList}</h2> : null}
      <div class="cards">
        {ended.map((each) => (
          <SampleCard key={each.sample_id} sample={each} entry={entryOf(each)} />
        ))}
      </div>
      {reserves.length > 0 ? <p class="muted small">{w().reserveNote(reserves.length)}</p> : null}
      {nextInLine(reserves).map((each) => (
        <button
          key={each.sample_id}
          type="button"
          class="plain"
          data-testid="next-reserve"
          data-sample-id={each.sample_id}
          onClick={() => go({ name: "household", sampleId: each.sample_id })}
        >
          {w().nextReserve(w()[each.stratum], each.rank)}
        </button>
      ))}
    </>
  );
}

function sealed(entry: OutboxEntry | null): string {
  return entry?.submission.sealed_at ?? "";
}

function Nothing(props: { title: string; why: string }) {
  return (
    <div class="notice">
      <h2>{props.title}</h2>
      <p class="muted">{props.why}</p>
    </div>
  );
}

/** Rounds whose households wait for this member's pledge, which is signed on a page of the service. */
function PledgesDue(props: { pack: PackageView }) {
  return (
    <>
      {props.pack.rounds
        .filter((round) => round.pledge === "due")
        .map((round) => (
          <div key={round.code} class="notice" data-testid="pledge-due">
            <p>{w().pledgeDue(round.name)}</p>
            <a class="button" href={`/rounds/${encodeURIComponent(round.code)}/pledge`}>
              {w().pledgeGo}
            </a>
          </div>
        ))}
    </>
  );
}

/** What a team does besides interviews: begin a record, and go on with one. */
function OtherWork() {
  const phone = usePhone();
  const drafts = phone.drafts.value.filter((draft) => draft.sample_id === null || draft.corrects !== null);
  return (
    <section class="stack">
      <h2 class="section-title">{w().otherWork}</h2>
      {drafts.map((draft) => (
        <button
          key={draft.draft_id}
          type="button"
          class="button"
          data-testid="record-draft"
          onClick={() => go({ name: "interview", draftId: draft.draft_id })}
        >
          {draft.corrects ? w().goOnCorrection : w().goOnVisit}: {subjectOf(phone, draft)}
        </button>
      ))}
      <button type="button" class="button" data-testid="new-record" onClick={() => go({ name: "field" })}>
        {w().newRecord}
      </button>
    </section>
  );
}

/** The first screen after sign-in. */
export function Today() {
  const phone = usePhone();
  const pack = phone.pack.value;
  const account = phone.session.value;
  const [, refresh] = useState(0);
  useEffect(() => {
    void refreshPosition();
    const timer = setInterval(() => refresh((n) => n + 1), 60_000);
    return () => clearInterval(timer);
  }, []);
  const code = pack ? roundOf(pack, localDay(new Date())) : "";
  const round = findRound(pack, code);
  const open = pack ? visitingOrder(pack.samples.filter((each) => each.round === code), account?.account ?? "") : [];
  const progress = pack?.progress.filter((each) => each.round === code) ?? [];
  const counties = round?.counties.filter((each) => pack?.samples.some((s) => s.county === each.code)) ?? [];
  const crumb = [round?.name, ...counties.map((each) => each.name), account?.name].filter(Boolean).join(" · ");
  return (
    <Page
      place="today"
      title={code ? w().leftToday(open.length) : w().today}
      crumb={crumb || w().app}
      aside={
        <button type="button" class="plain edge-right" onClick={() => go({ name: "me" })}>
          {w().me}
        </button>
      }
      foot={<SyncFoot />}
    >
      <Reminders />
      {pack ? <PledgesDue pack={pack} /> : null}
      {pack ? <RoundSwitch pack={pack} code={code} /> : null}
      {progress.length > 0 ? (
        <div class="strata">
          {progress.map((each) => (
            <Progress key={each.county + each.stratum} of={each} />
          ))}
        </div>
      ) : null}
      {!pack ? (
        <Nothing title={w().noPackage} why={navigator.onLine ? w().noPackageWhy : w().noPackageOffline} />
      ) : !code ? (
        <Nothing title={w().noSample} why={w().noSampleWhy} />
      ) : (
        <Lists pack={pack} code={code} open={open} />
      )}
      {pack && pack.rounds.length > 0 ? <OtherWork /> : null}
    </Page>
  );
}
