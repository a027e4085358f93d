/** The app: which screen is on, and what is said when a screen fails or the phone's data cannot be opened. */
import { Component, type ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Phone } from "../sync/index.ts";
import { Page } from "../ui/page.tsx";
import { w } from "../ui/words.ts";
import { HouseholdPage } from "./household.tsx";
import { MePage } from "./me.tsx";
import { OutboxPage } from "./outbox.tsx";
import { notSavedText, PhoneProvider, usePhone } from "./phone.ts";
import { loadQuestionnaire, questionnaire } from "./questionnaire.ts";
import { go, route, type Route } from "./routes.ts";
import { SavedPage } from "./saved.tsx";
import { SignInPage } from "./sign-in.tsx";
import { Today } from "./today.tsx";

/** The questionnaire, once its part of the app is here: at once after the first seconds of the very first visit. */
function Questionnaire(props: { at: Extract<Route, { draftId: string }> }) {
  const part = questionnaire.value;
  const [failed, setFailed] = useState(false);
  const load = () => {
    setFailed(false);
    loadQuestionnaire().catch(() => setFailed(true));
  };
  useEffect(load, []);
  if (part) return props.at.name === "review" ? <part.ReviewPage {...props.at} /> : <part.InterviewPage {...props.at} />;
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

function Screen() {
  const phone = usePhone();
  const at = route.value;
  if (!phone.session.value || at.name === "sign-in") return <SignInPage />;
  switch (at.name) {
    case "household":
      return <HouseholdPage key={at.sampleId} sampleId={at.sampleId} />;
    case "interview":
    case "review":
      return <Questionnaire key={at.draftId} at={at} />;
    case "saved":
      return <SavedPage key={at.opId} of={at} />;
    case "outbox":
      return <OutboxPage />;
    case "me":
      return <MePage />;
    default:
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
