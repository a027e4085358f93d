/** The phone app starts: settings, the way, the phone, then the screens. */
import { render } from "preact";
import "@preact/signals";
import "./app.css";
import { App, NoStore } from "./screens/app.tsx";
import { loadMore } from "./screens/parts.ts";
import { loadQuestionnaire } from "./screens/questionnaire.ts";
import { loadSafety } from "./screens/safety/load.ts";
import { startRoutes } from "./screens/routes.ts";
import { openPhone } from "./sync/index.ts";
import { startInstall } from "./ui/install.ts";
import { startSettings } from "./ui/settings.ts";
import { forgetControls } from "./ui/unremembered.ts";
import { loadEnglish } from "./ui/words.ts";

const root = document.getElementById("app") as HTMLElement;

/** The parts that the first screen does not need are fetched right behind it: after this the network may go. */
function fetchTheRest(): void {
  loadQuestionnaire()
    .then(loadSafety)
    .then(loadMore)
    .then(loadEnglish)
    .catch(() => addEventListener("online", fetchTheRest, { once: true }));
}

/** The office looks at a form that is not published: real screens, and nothing of this phone is opened. */
async function preview(path: string): Promise<void> {
  const { openPreview } = await import("./screens/preview/index.tsx");
  render(await openPreview(path), root);
}

async function work(): Promise<void> {
  forgetControls();
  startRoutes();
  startInstall();
  try {
    render(<App phone={await openPhone()} />, root);
  } catch (error) {
    render(<NoStore error={error} />, root);
  }
  // Behind the first screen, not beside it: both would share one slow processor.
  setTimeout(fetchTheRest, 300);
}

const looked = new URLSearchParams(location.search).get("preview");
void startSettings().then(() => (looked === null ? work() : preview(looked)));
