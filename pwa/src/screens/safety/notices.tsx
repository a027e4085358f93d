/** What the inspector must know of this phone before anything else, and the doors to PIN, self-test and export. */
import { useState } from "preact/hooks";
import { usePhone } from "../phone.ts";
import { go } from "../routes.ts";
import { s } from "./words.ts";

/** Nothing at all on an ordinary day. */
export function SafetyNotices() {
  const phone = usePhone();
  const { isBlocked, emptied, gaps, skewMs, damaged } = phone.health.value;
  const { hasPin } = phone.lock.value;
  const minutes = skewMs === null ? 0 : Math.round(Math.abs(skewMs) / 60_000);
  return (
    <>
      {isBlocked ? (
        <div class="notice bad" role="alert" data-testid="blocked">
          <h2>{s().blockedTitle}</h2>
          <p>{s().blocked}</p>
        </div>
      ) : null}
      {emptied ? (
        <div class="notice bad" role="alert" data-testid="emptied">
          <h2>{s().emptiedTitle}</h2>
          <p>{s().emptied(emptied.dev_seq)}</p>
          <button type="button" class="button" onClick={() => void phone.acknowledgeLoss()}>
            {s().understood}
          </button>
        </div>
      ) : null}
      {gaps.length > 0 ? (
        <div class="notice bad" data-testid="gaps">
          <h2>{s().gapsTitle}</h2>
          <ul>
            {gaps.map((each) => (
              <li key={each.device_id}>{s().gap(each.label || each.device_id.slice(0, 8), each.missing.slice(0, 20).join(", "))}</li>
            ))}
          </ul>
          <p class="small">{s().gapsWhy}</p>
        </div>
      ) : null}
      {damaged > 0 ? (
        <p class="notice bad" role="alert" data-testid="damaged">
          {s().damaged(damaged)}
        </p>
      ) : null}
      {minutes >= 5 ? (
        <p class="notice soft" data-testid="skew">
          {s().skew(minutes)}
        </p>
      ) : null}
      {!hasPin && phone.session.value ? (
        <div class="notice soft" data-testid="pin-reminder">
          <h2>{s().remindTitle}</h2>
          <p>{s().remindWhy}</p>
          <button type="button" class="button" data-testid="to-pin" onClick={() => go({ name: "pin" })}>
            {s().setTitle}
          </button>
        </div>
      ) : null}
    </>
  );
}

/** The doors on 我. */
export function SafetyLinks() {
  const phone = usePhone();
  const [fault, setFault] = useState("");
  const { hasPin } = phone.lock.value;
  const lock = async () => {
    setFault("");
    if (!(await phone.lockNow())) setFault(s().lockFailed);
  };
  return (
    <section class="stack">
      <h2>{s().safety}</h2>
      {fault ? (
        <p class="notice bad" role="alert">
          {fault}
        </p>
      ) : null}
      {hasPin ? (
        <button type="button" class="button" data-testid="lock-now" onClick={() => void lock()}>
          {s().lockNow}
        </button>
      ) : null}
      <button type="button" class="button" data-testid="me-pin" onClick={() => go({ name: "pin" })}>
        {hasPin ? s().changeTitle : s().setTitle}
      </button>
      <button type="button" class="button" data-testid="me-health" onClick={() => go({ name: "health" })}>
        {s().toHealth}
      </button>
      <button type="button" class="button" data-testid="me-export" onClick={() => go({ name: "export" })}>
        {s().toExport}
      </button>
    </section>
  );
}
