/** What keeps the phone safe, as one part of the app that is fetched behind the first screen. */
export { LockPage } from "./lock.tsx";
export { PinPage } from "./pin.tsx";
export { HealthPage } from "./health.tsx";
export { ExportPage } from "./export.tsx";
export { SafetyNotices, SafetyLinks } from "./notices.tsx";
