/**
 * The service worker: registered once, and a new version waits until the inspector agrees.
 *
 * The worker itself is generated; it keeps the shell (hashed files, all or nothing) and never touches the API.
 */
import { signal, type ReadonlySignal } from "@preact/signals-core";

export interface AppUpdate {
  readonly ready: ReadonlySignal<boolean>;
  /** Switch to the waiting version and load it. Drafts must be saved before. */
  apply(): void;
  /** Ask the server whether there is a newer version. */
  check(): void;
}

/** Register the worker of this app; without support the app works, only not offline. */
export function registerWorker(base: string): AppUpdate {
  const ready = signal(false);
  let registration: ServiceWorkerRegistration | null = null;
  let agreed = false;
  const workers = typeof navigator === "undefined" ? undefined : navigator.serviceWorker;

  function watch(worker: ServiceWorker | null): void {
    worker?.addEventListener("statechange", () => {
      // Without a controller this is the first visit: nothing is replaced.
      if (worker.state === "installed" && workers?.controller) ready.value = true;
    });
  }

  workers?.addEventListener("controllerchange", () => {
    if (agreed) location.reload();
  });
  void workers
    ?.register(`${base}sw.js`, { scope: base })
    .then((found) => {
      registration = found;
      ready.value = found.waiting !== null && workers.controller !== null;
      watch(found.installing);
      found.addEventListener("updatefound", () => watch(found.installing));
    })
    .catch(() => undefined);

  return {
    ready,
    apply() {
      agreed = true;
      registration?.waiting?.postMessage({ type: "SKIP_WAITING" });
    },
    check: () => void registration?.update().catch(() => undefined),
  };
}
