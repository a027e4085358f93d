/** How to put the app on the home screen: by the browser's offer where it makes one, by hand elsewhere. */
import { installOffer, isInstalled } from "../ui/install.ts";
import { w } from "../ui/words.ts";

/** Nothing once the app was opened from the home screen. */
export function InstallHint() {
  if (isInstalled()) return null;
  const offer = installOffer.value;
  return (
    <section class="notice" data-testid="install-hint">
      <h2>{w().installTitle}</h2>
      <p class="muted">{w().installHow}</p>
      {offer ? (
        <button
          type="button"
          class="button"
          onClick={() => {
            installOffer.value = null; // an offer can be taken up only once
            void offer.prompt();
          }}
        >
          {w().installDo}
        </button>
      ) : null}
    </section>
  );
}
