/** What comes right behind the first screen (see ../parts.ts). */
export { FieldPage } from "./field.tsx";
export { HelpedPage } from "./helped-page.tsx";
export { HelperToday } from "./helper-today.tsx";
export { HouseholdPage } from "../household.tsx";
export { MePage } from "./me.tsx";
export { MovePage } from "./move.tsx";
export { OutboxPage } from "./outbox.tsx";
export { RecordPage } from "./record.tsx";
export { SavedPage } from "../saved.tsx";
