/** 手机自检: whether this browser keeps what it is given, each check with what to do. */
import { useEffect, useState } from "preact/hooks";
import { Page } from "../../ui/page.tsx";
import { Chip } from "../../ui/marks.tsx";
import { usePhone } from "../phone.ts";
import { goBack } from "../routes.ts";
import { SafetyNotices } from "./notices.tsx";
import { s } from "./words.ts";

export function HealthPage() {
  const phone = usePhone();
  const [busy, setBusy] = useState(false);
  const run = () => {
    setBusy(true);
    void phone.checkHealth().finally(() => setBusy(false));
  };
  useEffect(run, []);
  const { checks } = phone.health.value;
  return (
    <Page place="health" title={s().healthTitle} onBack={goBack}>
      <p class="muted">{s().healthLead}</p>
      <SafetyNotices />
      <ul class="card lines" data-testid="health">
        {checks.map(({ name, word }) => (
          <li key={name} data-testid={`check-${name}`} data-word={word}>
            <span>
              {s().checks[name][0]}
              {word === "ok" ? null : (
                <>
                  <br />
                  <span class="muted small">{s().checks[name][1]}</span>
                </>
              )}
            </span>
            <Chip tone={word === "ok" ? "received" : word === "warn" ? "todo" : "problem"}>{s()[word]}</Chip>
          </li>
        ))}
      </ul>
      <button type="button" class="button" aria-busy={busy} onClick={run}>
        {busy ? s().checking : s().again}
      </button>
    </Page>
  );
}
