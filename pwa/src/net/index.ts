/** The typed client of the service. */
export * from "./types.ts";
export { createApi } from "./api.ts";
