/** A signature with the finger, kept as a small picture a moment after the last stroke. */
import { useEffect, useRef, useState } from "preact/hooks";
import { shrinkDrawn } from "../../ui/shrink.ts";
import { w } from "../../ui/words.ts";
import { notSavedText, usePhone } from "../phone.ts";
import { useKeepPhoto, usePhotoUrl } from "./photo.tsx";
import type { FieldProps } from "./question.tsx";

const KEEP_AFTER_MS = 600;
const LONGEST_EDGE = 900;

/** The pad: black on white in both themes, as ink on paper. */
function Pad(props: { label: string; onStroke: (canvas: HTMLCanvasElement) => void }) {
  const pad = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const canvas = pad.current as HTMLCanvasElement;
    const box = canvas.getBoundingClientRect();
    canvas.width = Math.round(box.width * 2);
    canvas.height = Math.round(box.height * 2);
    const pen = canvas.getContext("2d");
    if (!pen) return;
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.lineWidth = 5;
    pen.lineCap = pen.lineJoin = "round";
    pen.strokeStyle = pen.fillStyle = "#111";
  }, []);
  const drawing = useRef(false);
  const at = (event: PointerEvent): [number, number] => {
    const canvas = pad.current as HTMLCanvasElement;
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * canvas.width, ((event.clientY - box.top) / box.height) * canvas.height];
  };
  const end = () => {
    if (!drawing.current) return;
    drawing.current = false;
    props.onStroke(pad.current as HTMLCanvasElement);
  };
  return (
    <canvas
      ref={pad}
      class="pad"
      role="img"
      aria-label={props.label}
      onPointerDown={(event) => {
        const pen = pad.current?.getContext("2d");
        if (!pen) return;
        pad.current?.setPointerCapture(event.pointerId);
        drawing.current = true;
        const [x, y] = at(event);
        pen.beginPath();
        pen.arc(x, y, 2.5, 0, 7);
        pen.fill();
        pen.beginPath();
        pen.moveTo(x, y);
      }}
      onPointerMove={(event) => {
        const pen = pad.current?.getContext("2d");
        if (!pen || !drawing.current) return;
        const [x, y] = at(event);
        pen.lineTo(x, y);
        pen.stroke();
      }}
      onPointerUp={end}
      onPointerCancel={end}
    />
  );
}

/** image with appearance=signature. */
export function SignatureField(props: FieldProps) {
  const { visit, placed, value } = props;
  const phone = usePhone();
  const keep = useKeepPhoto(props);
  const url = usePhotoUrl(value);
  const [fault, setFault] = useState("");
  const [round, setRound] = useState(0);
  // Drawn in this sitting: the pad stays, so that further strokes can follow a pause.
  const [fresh, setFresh] = useState(false);
  const latest = useRef(keep);
  latest.current = keep;
  const waiting = useRef<{ timer: ReturnType<typeof setTimeout>; run: () => void } | null>(null);
  useEffect(
    () => () => {
      if (!waiting.current) return;
      clearTimeout(waiting.current.timer);
      waiting.current.run(); // the page is left before the pause was over
    },
    [],
  );
  const stroke = (canvas: HTMLCanvasElement) => {
    setFresh(true);
    if (waiting.current) clearTimeout(waiting.current.timer);
    const run = () => {
      waiting.current = null;
      shrinkDrawn(canvas, LONGEST_EDGE)
        .then((photo) => latest.current(photo))
        .then(() => setFault(""), (error: unknown) => setFault(notSavedText(error)));
    };
    waiting.current = { timer: setTimeout(run, KEEP_AFTER_MS), run };
  };
  const wipe = async () => {
    if (waiting.current) clearTimeout(waiting.current.timer);
    waiting.current = null;
    setFresh(false);
    setRound((n) => n + 1);
    if (!value) return;
    visit.set(placed.pointer, "");
    await visit.keeper.flush().catch(() => undefined);
    await phone.discardPhoto(visit.keeper, value).catch(() => undefined);
  };
  return (
    <div class="stack">
      {value && url && !fresh ? (
        <img class="pad" src={url} alt={w().photoOf(props.label)} />
      ) : (
        <Pad key={round} label={w().signAria} onStroke={stroke} />
      )}
      <p class="muted small">{value ? w().signKept : w().signHere}</p>
      {value || fresh ? (
        <button type="button" class="plain edge-left" onClick={() => void wipe()}>
          {w().signClear}
        </button>
      ) : null}
      {fault ? (
        <p class="notice bad" role="alert">
          {fault}
        </p>
      ) : null}
    </div>
  );
}
