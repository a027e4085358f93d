import type { Api } from "./types.ts";

/** A client for one origin; `base` is the path of the API. */
export function createApi(_options: { base?: string; fetch?: typeof fetch } = {}): Api {
  throw new Error("being written");
}
