/** Whether this page can live on the home screen, and whether it is in a browser that keeps data at all. */
import { signal } from "@preact/signals";

interface InstallPrompt extends Event {
  prompt(): Promise<void>;
}

/** The browser's own offer to install; null while it makes none. */
export const installOffer = signal<InstallPrompt | null>(null);

/** Opened from the home screen. */
export function isInstalled(): boolean {
  return (
    matchMedia("(display-mode: standalone)").matches ||
    (navigator as Navigator & { standalone?: boolean }).standalone === true
  );
}

/** Pages inside WeChat share one store that is cleared without asking; collecting there is refused. */
export function isInWeChat(): boolean {
  return /MicroMessenger/i.test(navigator.userAgent);
}

/** Keep the browser's offer until the inspector wants it. */
export function startInstall(): void {
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    installOffer.value = event as InstallPrompt;
  });
  addEventListener("appinstalled", () => (installOffer.value = null));
}
