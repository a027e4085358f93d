/** The phone app starts: settings, the way, the phone, then the screens. */
import { render } from "preact";
import "@preact/signals";
import "./app.css";
import { App, NoStore } from "./screens/app.tsx";
import { loadMore } from "./screens/parts.ts";
import { loadQuestionnaire } from "./screens/questionnaire.ts";
import { startRoutes } from "./screens/routes.ts";
import { openPhone } from "./sync/index.ts";
import { startInstall } from "./ui/install.ts";
import { startSettings } from "./ui/settings.ts";
import { loadEnglish } from "./ui/words.ts";

const root = document.getElementById("app") as HTMLElement;

/** The parts that the first screen does not need are fetched right behind it: after this the network may go. */
function fetchTheRest(): void {
  loadQuestionnaire()
    .then(loadMore)
    .then(loadEnglish)
    .catch(() => addEventListener("online", fetchTheRest, { once: true }));
}

startRoutes();
startInstall();
startSettings()
  .then(() => openPhone())
  .then(
    (phone) => render(<App phone={phone} />, root),
    (error: unknown) => render(<NoStore error={error} />, root),
  )
  .then(fetchTheRest);
