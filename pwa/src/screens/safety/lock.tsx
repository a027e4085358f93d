/** 已上锁: nothing of a household on the screen; the PIN opens it, or the password online. */
import { useRef, useState } from "preact/hooks";
import { MOST_WRONG } from "../../domain/pin.ts";
import { Page } from "../../ui/page.tsx";
import { usePhone } from "../phone.ts";
import { PinField } from "./field.tsx";
import { s } from "./words.ts";

export function LockPage(props: { onForgot: () => void }) {
  const phone = usePhone();
  const lock = phone.lock.value;
  const [pin, setPin] = useState("");
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState("");
  const message = useRef<HTMLParagraphElement>(null);
  const open = async () => {
    if (busy || pin === "") return;
    setBusy(true);
    setFault("");
    const end = await phone.unlock(pin);
    setBusy(false);
    if (end === "open") return;
    setPin("");
    setFault(end === "wrong" ? s().wrong(Math.max(0, MOST_WRONG - phone.lock.value.wrong)) : end === "shut" ? s().shut : s().failed);
    message.current?.focus();
  };
  return (
    <Page place="lock" title={s().locked}>
      <p class="muted">{s().lockedWho(lock.account ?? "")}</p>
      {lock.records + lock.photos > 0 ? <p class="notice soft">{s().onlyHere(lock.records, lock.photos)}</p> : null}
      {lock.isShut ? (
        <p class="notice bad" role="alert" data-testid="lock-shut">
          {s().shut}
        </p>
      ) : (
        <form
          class="stack form"
          onSubmit={(event) => {
            event.preventDefault();
            void open();
          }}
        >
          <PinField label={s().pin} value={pin} testid="pin" onInput={setPin} isWrong={fault !== ""} />
          <p ref={message} tabIndex={-1} data-quiet role="alert" class={fault ? "notice bad" : "hidden"} data-testid="pin-fault">
            {fault}
          </p>
          <button type="submit" class="button main-action" data-testid="unlock" aria-busy={busy}>
            {busy ? s().opening : s().open}
          </button>
        </form>
      )}
      <button type="button" class="button" data-testid="pin-forgot" onClick={props.onForgot}>
        {s().forgot}
      </button>
    </Page>
  );
}
