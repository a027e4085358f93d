/**
 * Where the inspector is. The place lives in the history entry, never in the address: no household
 * and no record can be read from a URL, and a reload or the phone's back gesture still finds the way.
 */
import { signal } from "@preact/signals";
import type { OpKind } from "../domain/wire.ts";

export type Route =
  | { name: "today" }
  | { name: "household"; sampleId: string }
  | { name: "helped"; unit: string }
  | { name: "record"; opId: string }
  | { name: "field" }
  | { name: "move"; draftId: string }
  | { name: "interview"; draftId: string; pointer?: string }
  | { name: "review"; draftId: string }
  | {
      name: "saved";
      opId: string;
      sampleId: string | null;
      /** Household of a log or a look-back. */
      unit?: string | null;
      kind?: OpKind;
      answers: number;
      photos: number;
      bytes: number;
    }
  | { name: "outbox" }
  | { name: "me" }
  | { name: "pin" }
  | { name: "health" }
  | { name: "export" }
  /** `forgot`: the PIN is gone, the password opens. */
  | { name: "sign-in"; forgot?: boolean };

interface Entry {
  route: Route;
  depth: number;
}

const NAMES: Route["name"][] = [
  "today", "household", "helped", "record", "field", "move", "interview", "review", "saved", "outbox", "me", "sign-in",
  "pin", "health", "export",
];

function current(): Entry {
  const state = history.state as Partial<Entry> | null;
  const route = state?.route;
  if (route && NAMES.includes(route.name)) return { route, depth: state?.depth ?? 0 };
  return { route: { name: "today" }, depth: 0 };
}

export const route = signal<Route>({ name: "today" });

/** A reload goes on where it was; whoever opens the app anew begins at 今日. */
function isReopened(): boolean {
  const [how] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  return how?.type === "navigate";
}

/** Find the place we were opened at and follow the phone's back gesture from now on. */
export function startRoutes(): void {
  if (isReopened()) history.replaceState({ route: { name: "today" }, depth: 0 } satisfies Entry, "");
  route.value = current().route;
  addEventListener("popstate", () => (route.value = current().route));
}

/** Go to a place; `replace` when going back to here would make no sense. */
export function go(to: Route, how: "push" | "replace" = "push"): void {
  const depth = current().depth + (how === "push" ? 1 : 0);
  const entry: Entry = { route: to, depth };
  if (how === "push") history.pushState(entry, "");
  else history.replaceState(entry, "");
  route.value = to;
}

/** One step back, or home when there is nothing behind us. */
export function goBack(): void {
  if (current().depth > 0) history.back();
  else go({ name: "today" }, "replace");
}
