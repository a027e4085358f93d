/** One position at the door: within 20 seconds, or the reason why there is none. Never waits longer. */

export type NoPosition = "denied" | "timeout" | "unavailable";
export type Position = { lat: number; lon: number; alt: number; accuracy: number };

export const POSITION_TIMEOUT_MS = 20_000;

function geopoint(p: Position): string {
  return [p.lat.toFixed(7), p.lon.toFixed(7), p.alt.toFixed(1), p.accuracy.toFixed(1)].join(" ");
}

/** `lat lon alt accuracy` as the questionnaire keeps it, in degrees and metres. */
export function geopointText(p: Position): string {
  return geopoint(p);
}

/** The position in a geopoint answer, or null when it is not one. */
export function readGeopoint(text: string): Position | null {
  const parts = text.split(" ").map(Number);
  if (parts.length < 2 || parts.some((n) => !Number.isFinite(n))) return null;
  return { lat: parts[0] as number, lon: parts[1] as number, alt: parts[2] ?? 0, accuracy: parts[3] ?? 0 };
}

/** Asks the phone once; resolves with a position or with the reason, never rejects. */
export function locate(): Promise<Position | NoPosition> {
  return new Promise((resolve) => {
    if (!("geolocation" in navigator)) return resolve("unavailable");
    // Some browsers forget to time out while the permission question is open.
    const guard = setTimeout(() => resolve("timeout"), POSITION_TIMEOUT_MS + 500);
    const end = (answer: Position | NoPosition) => {
      clearTimeout(guard);
      resolve(answer);
    };
    navigator.geolocation.getCurrentPosition(
      ({ coords }) =>
        end({ lat: coords.latitude, lon: coords.longitude, alt: coords.altitude ?? 0, accuracy: coords.accuracy }),
      (error) => end(error.code === 1 ? "denied" : error.code === 3 ? "timeout" : "unavailable"),
      { enableHighAccuracy: true, timeout: POSITION_TIMEOUT_MS, maximumAge: 0 },
    );
  });
}
