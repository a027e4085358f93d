/** A photo of the visit: taken here, shrunk here, on the disk before it is shown as kept. */
import { useEffect, useRef, useState } from "preact/hooks";
import { bytesText } from "../../ui/format.ts";
import { shrink, UnreadablePhoto, type ShrunkPhoto } from "../../ui/shrink.ts";
import { w } from "../../ui/words.ts";
import { notSavedText, usePhone } from "../phone.ts";
import { Camera, cameraExists } from "./camera.tsx";
import type { FieldProps } from "./question.tsx";

export const DEFAULT_MAX_PIXELS = 1600;

/** A blob: address of a kept photo while it is on the screen. */
export function usePhotoUrl(photoId: string): string | null {
  const phone = usePhone();
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    let mine: string | null = null;
    let gone = false;
    setUrl(null);
    if (photoId)
      void phone.photoUrl(photoId).then((made) => {
        if (gone && made) URL.revokeObjectURL(made);
        else setUrl((mine = made));
      });
    return () => {
      gone = true;
      if (mine) URL.revokeObjectURL(mine);
    };
  }, [photoId]);
  return url;
}

/** Keep new bytes for this question, then let go of the picture they replace. */
export function useKeepPhoto(props: FieldProps) {
  const phone = usePhone();
  const { visit, placed, value } = props;
  return async (photo: Pick<ShrunkPhoto, "bytes"> & { type: string }): Promise<void> => {
    const kept = await phone.savePhoto(visit.keeper, placed.pointer, photo.bytes, photo.type);
    visit.set(placed.pointer, kept.photo_id);
    await visit.keeper.flush();
    if (value) await phone.discardPhoto(visit.keeper, value);
  };
}

/** image. */
export function PhotoField(props: FieldProps) {
  const { visit, placed, value, label } = props;
  const phone = usePhone();
  const keep = useKeepPhoto(props);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState("");
  const [camera, setCamera] = useState(false);
  const file = useRef<HTMLInputElement>(null);
  const url = usePhotoUrl(value);
  const size = visit.keeper.draft.value.photos.find((each) => each.photo_id === value)?.bytes;
  const maxPixels = placed.item.max_pixels ?? DEFAULT_MAX_PIXELS;

  const take = async (make: () => Promise<ShrunkPhoto>) => {
    setCamera(false);
    setFault("");
    setBusy(true);
    try {
      await keep(await make());
    } catch (error) {
      setFault(error instanceof UnreadablePhoto ? w().photoBad : w().photoNotKept + " " + notSavedText(error));
    } finally {
      setBusy(false);
    }
  };
  const remove = async () => {
    visit.set(placed.pointer, "");
    await visit.keeper.flush().catch(() => undefined);
    await phone.discardPhoto(visit.keeper, value).catch(() => undefined);
  };
  return (
    <div class="photo">
      <div class="beside">
        <button
          type="button"
          class={"tile" + (url ? " full" : "")}
          aria-label={value ? `${w().retake}: ${label}` : `${w().takePhoto}: ${label}`}
          disabled={busy}
          onClick={() => (cameraExists() ? setCamera(true) : file.current?.click())}
        >
          {url ? <img src={url} alt={w().photoOf(label)} /> : <span>{busy ? w().photoWorking : w().takePhoto}</span>}
        </button>
        <div class="stack">
          {value ? <p class="muted small">{w().photoKept(size ? bytesText(size) : "")}</p> : null}
          <label class="plain edge-left file">
            <span>{w().fromPhone}</span>
            <input
              ref={file}
              class="hidden"
              type="file"
              accept="image/*"
              capture="environment"
              data-testid={`photo-${placed.item.name}`}
              aria-label={label}
              aria-describedby={props.describedBy}
              aria-invalid={props.wrong ? true : undefined}
              onChange={(event) => {
                const chosen = event.currentTarget.files?.[0];
                if (chosen) void take(() => shrink(chosen, maxPixels));
                event.currentTarget.value = "";
              }}
            />
          </label>
          {value ? (
            <button type="button" class="plain edge-left danger" onClick={() => void remove()}>
              {w().photoRemove}
            </button>
          ) : null}
        </div>
      </div>
      {fault ? (
        <p class="notice bad" role="alert">
          {fault}
        </p>
      ) : null}
      {camera ? (
        <Camera maxPixels={maxPixels} onPhoto={(photo) => void take(async () => photo)} onClose={() => setCamera(false)} />
      ) : null}
    </div>
  );
}
