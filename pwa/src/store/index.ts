/** The phone's store: IndexedDB behind typed verbs, strict writes, nothing said to be saved that is not. */
export * from "./types.ts";
export { openStore } from "./open.ts";
