/** The questionnaire: loaded as one piece after the first screen stands, so that the first screen is there sooner. */
import { flushVisit } from "./visit.ts";

export { leaveVisit, nowWhen } from "./visit.ts";
export { begin, beginCorrection, beginLog, beginLookBack, beginRecord } from "./begin.ts";
export { differences } from "./differences.ts";
export { Filled } from "./filled.tsx";
export { registerWord } from "./register-word.ts";
export { InterviewPage } from "./interview.tsx";
export { ReviewPage } from "./review.tsx";
export { itemAt } from "../../domain/form/index.ts";

// A page may be thrown away at any moment after it is hidden: what was typed is written first.
addEventListener("pagehide", flushVisit);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") flushVisit();
});
export { forgetVisit } from "./visit.ts";
