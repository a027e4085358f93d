/** Times, sizes and distances in the few forms the screens use; always the phone's own zone. */

function two(n: number): string {
  return (n < 10 ? "0" : "") + n;
}

/** `11:58`, in the phone's zone. */
export function hourMinute(at: Date): string {
  return two(at.getHours()) + ":" + two(at.getMinutes());
}

/** `2026-11-24`, the phone's local day. */
export function localDay(at: Date): string {
  return at.getFullYear() + "-" + two(at.getMonth() + 1) + "-" + two(at.getDate());
}

/** `11:58` today, `11-23 16:05` on another day; "" for what is not an instant. */
export function shortInstant(instant: string | number | Date | null | undefined, now: Date): string {
  if (instant === null || instant === undefined || instant === "") return "";
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return "";
  if (localDay(at) === localDay(now)) return hourMinute(at);
  return two(at.getMonth() + 1) + "-" + two(at.getDate()) + " " + hourMinute(at);
}

/** `375 KB`, `0.9 MB`, `10.7 GB` (thousands, as phones print them). */
export function bytesText(bytes: number): string {
  if (bytes < 1000) return bytes + " B";
  if (bytes < 950_000) return Math.max(1, Math.round(bytes / 1000)) + " KB";
  if (bytes < 950_000_000) return (bytes / 1_000_000).toFixed(1) + " MB";
  return (bytes / 1_000_000_000).toFixed(1) + " GB";
}

/** `2000` → `2,000`; anything that is not a whole number stays as it is. */
export function grouped(text: string): string {
  if (!/^-?\d{4,}$/.test(text)) return text;
  return text.replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Kilometres on the ground between two points in degrees (sphere of 6371 km), straight line. */
export function kilometres(lat1: number, lon1: number, lat2: number, lon2: number): number {
  const rad = Math.PI / 180;
  const a =
    Math.sin(((lat2 - lat1) * rad) / 2) ** 2 +
    Math.cos(lat1 * rad) * Math.cos(lat2 * rad) * Math.sin(((lon2 - lon1) * rad) / 2) ** 2;
  return 2 * 6371 * Math.asin(Math.min(1, Math.sqrt(a)));
}

/** `0.4`, `4.8`, `23`: one decimal below ten. */
export function kmText(km: number): string {
  return km < 9.95 ? km.toFixed(1) : String(Math.round(km));
}
