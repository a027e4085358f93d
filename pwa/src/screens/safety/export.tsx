/** 导出加密文件: the way out when the network does not come. */
import { useState } from "preact/hooks";
import type { ExportFile } from "../../sync/index.ts";
import { bytesText } from "../../ui/format.ts";
import { Page } from "../../ui/page.tsx";
import { usePhone } from "../phone.ts";
import { goBack } from "../routes.ts";
import { s } from "./words.ts";

function asFile(file: ExportFile): File {
  return new File([file.blob], file.name, { type: "application/octet-stream" });
}

function canShare(file: ExportFile): boolean {
  const reach = navigator as Navigator & { canShare?: (data: { files: File[] }) => boolean };
  return typeof reach.canShare === "function" && reach.canShare({ files: [asFile(file)] });
}

function saveFile(file: ExportFile): void {
  const url = URL.createObjectURL(file.blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

export function ExportPage() {
  const phone = usePhone();
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState("");
  const [file, setFile] = useState<ExportFile | null>(null);
  const hasKey = Boolean(phone.pack.value?.package.recovery_key);
  const make = (which: "waiting" | "all") => async () => {
    if (busy) return;
    setBusy(true);
    setFault("");
    setFile(null);
    try {
      const made = await phone.exportSealed(which);
      if (made.records + made.photos + made.unreadable === 0) setFault(s().exportNothing);
      else setFile(made);
    } catch {
      setFault(s().exportFailed);
    }
    setBusy(false);
  };
  return (
    <Page place="export" title={s().exportTitle} onBack={goBack}>
      <p class="muted">{s().exportLead}</p>
      <p class="muted small">{s().exportDrafts}</p>
      {hasKey ? null : <p class="notice soft">{s().exportNoKey}</p>}
      <div class="stack">
        <button type="button" class="button main-action" data-testid="export-waiting" disabled={!hasKey} aria-busy={busy} onClick={() => void make("waiting")()}>
          {busy ? s().exporting : s().exportWaiting}
        </button>
        <button type="button" class="button" data-testid="export-all" disabled={!hasKey} onClick={() => void make("all")()}>
          {s().exportAll}
        </button>
      </div>
      {fault ? (
        <p class="notice bad" role="alert">
          {fault}
        </p>
      ) : null}
      {file ? (
        <div class="notice good" data-testid="exported">
          <p>{s().exported(file.records, file.photos, bytesText(file.blob.size))}</p>
          {file.unreadable > 0 ? <p>{s().unreadable(file.unreadable)}</p> : null}
          <button type="button" class="button" data-testid="export-save" onClick={() => saveFile(file)}>
            {s().saveFile}
          </button>
          {canShare(file) ? (
            <button type="button" class="button" onClick={() => void navigator.share({ files: [asFile(file)] }).catch(() => undefined)}>
              {s().share}
            </button>
          ) : null}
        </div>
      ) : null}
    </Page>
  );
}
