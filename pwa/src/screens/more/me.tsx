/** 我: language, text size, what this phone keeps, versions, and the way out once nothing is unsent. */
import { useEffect, useState } from "preact/hooks";
import type { StorageReport } from "../../store/index.ts";
import { bytesText, shortInstant } from "../../ui/format.ts";
import { Page } from "../../ui/page.tsx";
import { chooseLang, chooseSize, SIZES, textSize, type TextSize } from "../../ui/settings.ts";
import { lang, w, type Lang } from "../../ui/words.ts";
import { SyncFoot } from "../foot.tsx";
import { InstallHint } from "../install-hint.tsx";
import { photosLeft, usePhone } from "../phone.ts";
import { UpdateNotice } from "../reminders.tsx";
import { safety } from "../safety/load.ts";
import { goBack } from "../routes.ts";

function Switch<T extends string>(props: {
  legend: string;
  name: string;
  value: T;
  options: { value: T; label: string; lang?: string }[];
  onChoose: (value: T) => void;
}) {
  return (
    <fieldset>
      <legend class="label">{props.legend}</legend>
      <div class="switch">
        {props.options.map((each) => (
          <label key={each.value} class={"choice" + (each.value === props.value ? " on" : "")} lang={each.lang}>
            <input
              type="radio"
              name={props.name}
              value={each.value}
              checked={each.value === props.value}
              onChange={() => props.onChoose(each.value)}
            />
            <span>{each.label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function Storage() {
  const phone = usePhone();
  const [report, setReport] = useState<StorageReport | null>(null);
  const read = () => void phone.storage().then(setReport);
  useEffect(read, []);
  if (!report) return null;
  const size = (bytes: number | null) => (bytes === null ? w().storageUnknown : bytesText(bytes));
  return (
    <section class="stack">
      <h2>{w().storage}</h2>
      <dl class="card facts">
        <div>
          <dt>{w().storageKept}</dt>
          <dd>{size(report.used)}</dd>
        </div>
        <div>
          <dt>{w().storageFree}</dt>
          <dd>{size(report.free)}</dd>
        </div>
      </dl>
      <p class={"notice " + (report.persisted ? "good" : "soft")}>{report.persisted ? w().persistYes : w().persistNo}</p>
      {report.persisted ? null : (
        <button type="button" class="button" onClick={() => void phone.store.persist().then(read)}>
          {w().persistAsk}
        </button>
      )}
    </section>
  );
}

function Versions() {
  const phone = usePhone();
  const pack = phone.pack.value;
  return (
    <section class="stack">
      <h2>{w().versions}</h2>
      <dl class="card facts">
        <div>
          <dt>{w().appVersion}</dt>
          <dd>{phone.appVersion}</dd>
        </div>
        {pack?.package.forms.map((each) => (
          <div key={each.sha256}>
            <dt>{w().forms}</dt>
            <dd>
              {each.form_id} {each.version}
            </dd>
          </div>
        ))}
        {pack ? (
          <div>
            <dt>{w().listOf}</dt>
            <dd>{shortInstant(pack.fetched_at, new Date())}</dd>
          </div>
        ) : null}
        <div>
          <dt>{w().device}</dt>
          <dd>{phone.device.value?.device_id.slice(0, 8)}</dd>
        </div>
      </dl>
      {phone.update.value.ready ? <UpdateNotice /> : <p class="muted small">{w().updateNone}</p>}
    </section>
  );
}

function SignOut() {
  const phone = usePhone();
  const [refusal, setRefusal] = useState("");
  const leave = async () => {
    const unsent = phone.outbox.value.entries.filter((each) => {
      const { state } = each.op;
      return (state !== "received" && state !== "held") || photosLeft(each) > 0;
    }).length;
    const drafts = phone.drafts.value.length;
    if (unsent > 0) return setRefusal(w().signOutRefused(unsent));
    if (drafts > 0) return setRefusal(w().signOutDrafts(drafts));
    if ((await phone.signOut()) === "unsent") setRefusal(w().signOutRefused(1));
  };
  return (
    <section class="stack">
      {refusal ? (
        <p class="notice bad" role="alert" data-testid="sign-out-refused">
          {refusal}
        </p>
      ) : null}
      <button type="button" class="button danger" data-testid="sign-out" onClick={() => void leave()}>
        {w().signOut}
      </button>
    </section>
  );
}

function roleWord(role: string): string {
  if (role === "team_leader") return w().roleLeader;
  return role === "helper" ? w().roleHelper : role === "inspector" ? w().roleInspector : role;
}

export function MePage() {
  const phone = usePhone();
  const session = phone.session.value;
  const sizes: Record<TextSize, string> = {
    normal: w().sizeNormal,
    large: w().sizeLarge,
    larger: w().sizeLarger,
    huge: w().sizeHuge,
  };
  const languages: { value: Lang; label: string; lang: string }[] = [
    { value: "zh", label: "中文", lang: "zh-CN" },
    { value: "en", label: "English", lang: "en" },
  ];
  return (
    <Page place="me" title={session?.name || w().me} crumb={w().me} onBack={goBack} foot={<SyncFoot />}>
      {session ? (
        <p class="muted">
          {roleWord(session.role)} · {session.account}
        </p>
      ) : null}
      <Switch legend={w().language} name="lang" value={lang.value} options={languages} onChoose={(next) => void chooseLang(next)} />
      <Switch
        legend={w().textSize}
        name="size"
        value={textSize.value}
        options={SIZES.map((value) => ({ value, label: sizes[value] }))}
        onChoose={chooseSize}
      />
      <Storage />
      <InstallHint />
      <Versions />
      {safety.value ? <safety.value.SafetyLinks /> : null}
      <SignOut />
    </Page>
  );
}
