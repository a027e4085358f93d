/** 设 PIN: set it, or change it; says what it protects from and what not. */
import { useState } from "preact/hooks";
import type { SetPinResult } from "../../sync/index.ts";
import { Page } from "../../ui/page.tsx";
import { usePhone } from "../phone.ts";
import { go, goBack } from "../routes.ts";
import { PinField } from "./field.tsx";
import { s } from "./words.ts";

function faultText(end: Exclude<SetPinResult, "done">): string {
  return { short: s().short, simple: s().simple, offline: s().offline, failed: s().setFailed }[end];
}

/** `isForced`: nothing else may be done before. */
export function PinPage(props: { isForced: boolean }) {
  const phone = usePhone();
  const [pin, setPin] = useState("");
  const [again, setAgain] = useState("");
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState("");
  const [done, setDone] = useState(false);
  const hasPin = phone.lock.value.hasPin;
  const save = async () => {
    if (busy) return;
    if (pin !== again) return setFault(s().differ);
    setBusy(true);
    setFault("");
    const end = await phone.setPin(pin);
    setBusy(false);
    if (end !== "done") return setFault(faultText(end));
    setPin("");
    setAgain("");
    if (props.isForced) go({ name: "today" }, "replace");
    else setDone(true);
  };
  return (
    <Page place="pin" title={hasPin && !props.isForced ? s().changeTitle : s().setTitle} {...(props.isForced ? {} : { onBack: goBack })}>
      {done ? (
        <p class="notice good" role="status" data-testid="pin-done">
          {s().pinDone}
        </p>
      ) : null}
      <p class="muted">{s().setLead}</p>
      <form
        class="stack form"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <PinField label={s().newPin} value={pin} testid="new-pin" onInput={setPin} isWrong={fault !== ""} />
        <PinField label={s().samePin} value={again} testid="same-pin" onInput={setAgain} isWrong={fault !== ""} />
        <p data-quiet role="alert" class={fault ? "notice bad" : "hidden"} data-testid="new-pin-fault">
          {fault}
        </p>
        <button type="submit" class="button main-action" data-testid="set-pin" aria-busy={busy}>
          {busy ? s().saving : s().save}
        </button>
      </form>
      <p class="muted small">{s().setLimit}</p>
    </Page>
  );
}
