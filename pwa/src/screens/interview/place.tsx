/** The position at the door: asked for by itself, shown with its error, never in the way. */
import { useEffect } from "preact/hooks";
import { readGeopoint } from "../../ui/position.ts";
import { w } from "../../ui/words.ts";
import type { FieldProps } from "./question.tsx";
import { locateFor } from "./visit.ts";

/** Metres of error from which a second try is worth the walk to the door. */
const COARSE_M = 50;

/** geopoint. */
export function PlaceField(props: FieldProps) {
  const { visit, placed, value } = props;
  const { pointer } = placed;
  const doing = visit.locating.value[pointer];
  const place = value ? readGeopoint(value) : null;
  useEffect(() => {
    if (!value && doing === undefined) void locateFor(visit, pointer);
  }, [pointer]);
  const again = (
    <button type="button" class={value ? "plain edge-left" : "button"} onClick={() => void locateFor(visit, pointer)}>
      {value || doing ? w().locate : w().locateDo}
    </button>
  );
  const metres = place ? Math.round(place.accuracy) : 0;
  return (
    <div class="stack">
      <div role="status">
        {doing === "busy" ? (
          <p class="notice">{w().locating}</p>
        ) : place ? (
          <p class="notice good">
            {w().located(String(metres))}
            {metres > COARSE_M ? " " + w().locateWeak : ""}
          </p>
        ) : doing ? (
          <p class="notice soft">
            {doing === "denied" ? w().locateDenied : doing === "timeout" ? w().locateTimeout : w().locateUnavailable}
          </p>
        ) : null}
      </div>
      {doing === "busy" ? null : again}
    </div>
  );
}
