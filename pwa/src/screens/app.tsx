/** The app: which screen is on, and what is said when a screen fails or the phone's data cannot be opened. */
import { Component, type ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Phone } from "../sync/index.ts";
import { Page } from "../ui/page.tsx";
import { w } from "../ui/words.ts";
import { notSavedText, PhoneProvider, usePhone } from "./phone.ts";
import { loadMore, more, type More } from "./parts.ts";
import { loadQuestionnaire, questionnaire } from "./questionnaire.ts";
import { go, route, type Route } from "./routes.ts";
import { loadSafety, safety, type Safety } from "./safety/load.ts";
import { SignInPage } from "./sign-in.tsx";
import { Today } from "./today.tsx";

/** A piece of the app, once it is here: at once after the first seconds of the very first visit. */
function Piece<T>(props: { part: T | null; fetch: () => Promise<T>; draw: (part: T) => ComponentChildren }) {
  const { part } = props;
  const [failed, setFailed] = useState(false);
  const load = () => {
    setFailed(false);
    props.fetch().catch(() => setFailed(true));
  };
  useEffect(load, []);
  if (part) return <>{props.draw(part)}</>;
  if (!failed) return <p class="main muted">{w().loading}</p>;
  return (
    <Page place="not-here" title={w().household}>
      <p class="notice soft">{w().partMissing}</p>
      <button type="button" class="button main-action" onClick={load}>
        {w().reload}
      </button>
    </Page>
  );
}

function Questionnaire(props: { at: Extract<Route, { name: "interview" | "review" }> }) {
  const { at } = props;
  return (
    <Piece
      part={questionnaire.value}
      fetch={loadQuestionnaire}
      draw={(part) => (at.name === "review" ? <part.ReviewPage {...at} /> : <part.InterviewPage {...at} />)}
    />
  );
}

function Later(props: { draw: (part: More) => ComponentChildren }) {
  return <Piece part={more.value} fetch={loadMore} draw={props.draw} />;
}

function Safe(props: { draw: (part: Safety) => ComponentChildren }) {
  return <Piece part={safety.value} fetch={loadSafety} draw={props.draw} />;
}

function Screen() {
  const phone = usePhone();
  const at = route.value;
  const { isLocked, hasPin, mustSetPin, policy } = phone.lock.value;
  useEffect(() => {
    // What was being written is on the disk; it does not stay in memory behind the lock.
    if (isLocked) questionnaire.value?.forgetVisit();
  }, [isLocked]);
  if (at.name === "sign-in") return <SignInPage isForgot={at.forgot === true} />;
  if (isLocked) {
    const onForgot = () => go({ name: "sign-in", forgot: true });
    return <Safe draw={(part) => <part.LockPage onForgot={onForgot} />} />;
  }
  if (!phone.session.value) return <SignInPage isForgot={false} />;
  if (mustSetPin || (policy === "required" && !hasPin)) return <Safe draw={(part) => <part.PinPage isForced />} />;
  switch (at.name) {
    case "household":
      return <Later key={at.sampleId} draw={(part) => <part.HouseholdPage sampleId={at.sampleId} />} />;
    case "interview":
    case "review":
      return <Questionnaire key={at.draftId} at={at} />;
    case "saved":
      return <Later key={"saved " + at.opId} draw={(part) => <part.SavedPage of={at} />} />;
    case "helped":
      return <Later key={at.unit} draw={(part) => <part.HelpedPage unit={at.unit} />} />;
    case "record":
      return <Later key={at.opId} draw={(part) => <part.RecordPage opId={at.opId} />} />;
    case "field":
      return <Later draw={(part) => <part.FieldPage />} />;
    case "move":
      return <Later key={at.draftId} draw={(part) => <part.MovePage draftId={at.draftId} />} />;
    case "pin":
      return <Safe key="pin" draw={(part) => <part.PinPage isForced={false} />} />;
    case "health":
      return <Safe key="health" draw={(part) => <part.HealthPage />} />;
    case "export":
      return <Safe key="export" draw={(part) => <part.ExportPage />} />;
    case "outbox":
      return <Later key="outbox" draw={(part) => <part.OutboxPage />} />;
    case "me":
      return <Later key="me" draw={(part) => <part.MePage />} />;
    default:
      if (phone.session.value.role === "helper") return <Later key="today" draw={(part) => <part.HelperToday />} />;
      return <Today />;
  }
}

/** A screen that fails must never leave a white page: the records are safe, and there is a way home. */
class Guard extends Component<{ children: ComponentChildren }, { failed: boolean }> {
  override state = { failed: false };
  static override getDerivedStateFromError() {
    return { failed: true };
  }
  override componentDidCatch(error: unknown) {
    console.error(error);
  }
  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <Page place="fault" title={w().faultTitle}>
        <p class="notice bad">{w().faultWhy}</p>
        <button
          type="button"
          class="button main-action"
          onClick={() => {
            go({ name: "today" }, "replace");
            this.setState({ failed: false });
          }}
        >
          {w().backToday}
        </button>
      </Page>
    );
  }
}

export function App(props: { phone: Phone }) {
  return (
    <PhoneProvider value={props.phone}>
      <Guard>
        <Screen />
      </Guard>
    </PhoneProvider>
  );
}

/** The store did not open: what to do, and above all what not to do. */
export function NoStore(props: { error: unknown }) {
  return (
    <Page place="no-store" title={w().storeTitle}>
      <p class="notice bad">
        {notSavedText(props.error)} {w().storeWhy}
      </p>
      <button type="button" class="button main-action" onClick={() => location.reload()}>
        {w().reload}
      </button>
    </Page>
  );
}
