/** What the inspector should know before anything else: sign in again, a new version, the wrong browser. */
import { useEffect, useState } from "preact/hooks";
import { usePhone } from "./phone.ts";
import { go } from "./routes.ts";
import { loadSafety, safety } from "./safety/load.ts";
import { w } from "../ui/words.ts";

/** Nothing at all on an ordinary day. */
export function Reminders() {
  const phone = usePhone();
  const expired = phone.session.value !== null && !phone.session.value.valid;
  return (
    <>
      {expired ? (
        <div class="notice soft">
          <h2>{w().signInAgain}</h2>
          <p>{w().signInAgainWhy}</p>
          <button type="button" class="button" onClick={() => go({ name: "sign-in" })}>
            {w().signIn}
          </button>
        </div>
      ) : null}
      <UpdateNotice />
      <SafetyPart />
    </>
  );
}

/** Loss, gaps, clock, no PIN: told by the part of the app that knows of them, once it is here. */
export function SafetyPart() {
  useEffect(() => void loadSafety().catch(() => undefined), []);
  const part = safety.value;
  return part ? <part.SafetyNotices /> : null;
}

/** So long a change of versions takes on a bad day; a browser may give the old one five minutes to end. */
const SOON_MS = 15_000;

/** A new version waits; it comes in only when the inspector says so. */
export function UpdateNotice() {
  const phone = usePhone();
  const [going, setGoing] = useState(false);
  const [isLate, setIsLate] = useState(false);
  useEffect(() => {
    const timer = going ? setTimeout(() => setIsLate(true), SOON_MS) : undefined;
    return () => clearTimeout(timer);
  }, [going]);
  if (!phone.update.value.ready) return null;
  return (
    <div class="notice">
      <h2>{w().updateReady}</h2>
      <p class="muted">{phone.drafts.value.length > 0 ? w().updateLater : w().updateWhy}</p>
      <button
        type="button"
        class="button"
        data-testid="update-now"
        disabled={going}
        onClick={() => {
          setGoing(true);
          phone.applyUpdate();
        }}
      >
        {w().updateDo}
      </button>
      {isLate ? <p role="status">{w().updateLate}</p> : null}
    </div>
  );
}
