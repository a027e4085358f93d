/** Signing in: once with a network; after that the app opens without one and this page is only for renewals. */
import { useRef, useState } from "preact/hooks";
import type { SignInResult } from "../sync/index.ts";
import { isInWeChat } from "../ui/install.ts";
import { Page } from "../ui/page.tsx";
import { lang, w } from "../ui/words.ts";
import { InstallHint } from "./install-hint.tsx";
import { usePhone } from "./phone.ts";
import { SafetyPart } from "./reminders.tsx";
import { go } from "./routes.ts";
import { chooseLang } from "../ui/settings.ts";

function refusal(result: Extract<SignInResult, { ok: false }>): string {
  const seconds = Math.max(1, Math.round((result.retryAfterMs ?? 0) / 1000));
  switch (result.reason) {
    case "wrong-password":
    case "signed-out":
      return w().signInWrong;
    case "offline":
      return w().signInOffline;
    case "needs-pin":
      return w().signInNeedsPin;
    case "server-busy":
      return result.retryAfterMs ? w().signInSlow(seconds) : w().signInServer;
    case "not-our-server":
      return w()["why-not-our-server"] + (lang.value === "zh" ? "。" : ".");
    case "refused":
      return (lang.value === "zh" ? result.problem?.detail : result.problem?.detail_en) ?? w().signInWrong;
    default:
      return w().signInServer;
  }
}

function useSignIn(isForgot: boolean): { busy: boolean; error: string; run: (account: string, password: string) => Promise<void> } {
  const phone = usePhone();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState("");
  const run = async (account: string, password: string) => {
    if (account === "" || password === "") return setError(w().signInBlank);
    setBusy(true);
    setError("");
    const result = await phone.signIn(account, password, isForgot).catch(() => null);
    setBusy(false);
    if (!result) return setError(w()["ns-unavailable"]);
    if (!result.ok) return setError(refusal(result));
    void phone.store.persist().catch(() => false);
    go({ name: "today" }, "replace");
  };
  return { busy, error, run };
}

export function SignInPage(props: { isForgot: boolean }) {
  const phone = usePhone();
  const old = phone.session.value;
  const { busy, error, run } = useSignIn(props.isForgot);
  const [account, setAccount] = useState(old?.account ?? phone.lock.value.account ?? "");
  const [password, setPassword] = useState("");
  const [isShown, setShown] = useState(false);
  const message = useRef<HTMLParagraphElement>(null);
  const secret = {
    name: "password",
    autocomplete: "current-password",
    "data-testid": "sign-in-password",
    value: password,
    "aria-invalid": error ? true : undefined,
    "aria-describedby": "sign-in-error",
    onInput: (event: { currentTarget: { value: string } }) => setPassword(event.currentTarget.value),
  };
  const isBlocked = isInWeChat() || phone.health.value.isBlocked;
  const other = lang.value === "zh" ? "en" : "zh";
  return (
    <Page place="sign-in" title={old ? w().signInAgain : w().signInTitle} crumb={w().app} aside={
      <button type="button" class="plain edge-right" lang={other === "en" ? "en" : "zh-CN"} onClick={() => void chooseLang(other)}>
        {other === "en" ? "English" : "中文"}
      </button>
    }>
      <p class="muted">{old ? w().signInAgainWhy : w().appLine}</p>
      {isBlocked ? (
        <p class="notice bad" role="alert">
          {isInWeChat() ? w().wechat : w().browserBlocked}
        </p>
      ) : null}
      {phone.health.value.emptied ? <SafetyPart /> : null}
      <form
        class="stack form"
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy && !isBlocked) void run(account.trim(), password).then(() => message.current?.focus());
        }}
      >
        <label>
          <span class="label">{w().account}</span>
          <span class="entry">
            <input
              name="username"
              autocomplete="username"
              autocapitalize="off"
              spellcheck={false}
              data-testid="sign-in-account"
              value={account}
              aria-invalid={error ? true : undefined}
              aria-describedby="sign-in-error"
              onInput={(event) => setAccount(event.currentTarget.value)}
            />
          </span>
        </label>
        <label>
          <span class="label">{w().password}</span>
          <span class="entry">
            {isShown ? <input type="text" {...secret} /> : <input type="password" {...secret} />}
          </span>
        </label>
        <label class={"choice many" + (isShown ? " on" : "")}>
          <input type="checkbox" checked={isShown} onChange={(event) => setShown(event.currentTarget.checked)} />
          <span class="dot" aria-hidden="true" />
          <span>{w().showPassword}</span>
        </label>
        <p id="sign-in-error" ref={message} tabIndex={-1} data-quiet role="alert" class={error ? "notice bad" : "hidden"}>
          {error}
        </p>
        <button
          type="submit"
          class="button main-action"
          data-testid="sign-in-submit"
          aria-busy={busy}
          disabled={isBlocked}
        >
          {busy ? w().signingIn : w().signIn}
        </button>
        {old ? (
          <button type="button" class="button" onClick={() => go({ name: "today" }, "replace")}>
            {w().workOffline}
          </button>
        ) : phone.lock.value.isLocked ? (
          <button type="button" class="button" onClick={() => go({ name: "today" }, "replace")}>
            {w().back}
          </button>
        ) : (
          <p class="muted small">{w().signInNote}</p>
        )}
      </form>
      <InstallHint />
    </Page>
  );
}
