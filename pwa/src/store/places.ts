/** Where a sealed thing lies; bound into its seal, so that none can be put in another's place unnoticed. */
export const places = {
  session: "session",
  package: "package",
  draft: (draftId: string, rev: number) => `draft/${draftId}/${rev}`,
  submission: (opId: string) => `submission/${opId}`,
  body: (opId: string) => `body/${opId}`,
  /** Chunk `n` of `count`: a photo cannot be cut short. */
  chunk: (photoId: string, n: number, count: number) => `photo/${photoId}/${n}/${count}`,
  outbox: (id: string) => `outbox/${id}`,
};
