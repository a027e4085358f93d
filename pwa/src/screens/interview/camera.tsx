/** The camera inside the app: a picture goes straight into the visit and never into the phone's album. */
import { useEffect, useRef, useState } from "preact/hooks";
import { shrinkDrawn, type ShrunkPhoto } from "../../ui/shrink.ts";
import { w } from "../../ui/words.ts";

/** Whether this browser lets a page use the camera (only over https or on this machine). */
export function cameraExists(): boolean {
  return typeof navigator.mediaDevices?.getUserMedia === "function";
}

/** Longest edge asked of the camera, so that shrinking has pixels to work with. */
const WANTED_PIXELS = 2560;

export function Camera(props: { maxPixels: number; onPhoto: (photo: ShrunkPhoto) => void; onClose: () => void }) {
  const video = useRef<HTMLVideoElement>(null);
  const shutter = useRef<HTMLButtonElement>(null);
  const [ready, setReady] = useState(false);
  const [denied, setDenied] = useState(false);
  useEffect(() => {
    let stream: MediaStream | null = null;
    let gone = false;
    const wanted = { facingMode: "environment", width: { ideal: WANTED_PIXELS }, height: { ideal: WANTED_PIXELS } };
    navigator.mediaDevices
      .getUserMedia({ video: wanted, audio: false })
      .then((opened) => {
        stream = opened;
        if (gone || !video.current) return stop(opened);
        video.current.srcObject = opened;
        return video.current.play();
      })
      .catch(() => setDenied(true));
    shutter.current?.focus();
    return () => {
      gone = true;
      if (stream) stop(stream);
    };
  }, []);
  const take = async () => {
    const frame = video.current;
    if (!frame || !ready) return;
    const canvas = document.createElement("canvas");
    canvas.width = frame.videoWidth;
    canvas.height = frame.videoHeight;
    canvas.getContext("2d")?.drawImage(frame, 0, 0);
    props.onPhoto(await shrinkDrawn(canvas, props.maxPixels));
  };
  return (
    <div
      class="camera"
      role="dialog"
      aria-modal="true"
      aria-label={w().cameraTitle}
      onKeyDown={(event) => event.key === "Escape" && props.onClose()}
    >
      {denied ? (
        <p class="camera-note" role="alert">
          {w().cameraDenied}
        </p>
      ) : (
        <video ref={video} playsInline muted onLoadedData={() => setReady(true)} />
      )}
      <div class="bar">
        <button type="button" class="plain" onClick={props.onClose}>
          {w().close}
        </button>
        {denied ? (
          <span />
        ) : (
          <button
            type="button"
            class="shutter"
            ref={shutter}
            aria-label={w().shutter}
            aria-disabled={!ready}
            onClick={() => void take()}
          />
        )}
        <span />
      </div>
    </div>
  );
}

function stop(stream: MediaStream): void {
  stream.getTracks().forEach((track) => track.stop());
}
