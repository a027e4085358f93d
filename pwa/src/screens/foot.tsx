/** The line that is always there: what is only on this phone, and the button that sends it. */
import { usePhone } from "./phone.ts";
import { go } from "./routes.ts";
import { w } from "../ui/words.ts";

/** 仅在本机 N 户 · 待传照片 M; leads to 待同步. */
export function OutboxCount() {
  const { records, photos } = usePhone().outbox.value;
  return (
    <a
      class="plain edge-left counts"
      href="#"
      onClick={(event) => {
        event.preventDefault();
        go({ name: "outbox" });
      }}
    >
      <span>
        {w().onlyHere} <b data-testid="outbox-count">{records}</b> {w().households} · {w().photosWaiting} {photos}
      </span>
    </a>
  );
}

/** 立即同步; says so while it runs and can be pressed again afterwards. */
export function SyncButton(props: { main?: boolean }) {
  const phone = usePhone();
  const busy = phone.status.value.phase === "sending";
  return (
    <button
      type="button"
      class={props.main ? "button main-action" : "plain edge-right"}
      data-testid="sync-now"
      aria-busy={busy}
      onClick={() => void phone.syncNow()}
    >
      {busy ? w().syncing : w().syncNow}
    </button>
  );
}

export function SyncFoot() {
  return (
    <div class="row">
      <OutboxCount />
      <SyncButton />
    </div>
  );
}
