/**
 * Sync: package in, records and photos out, and the one door (`openPhone`) through which screens use it all.
 *
 *     const phone = await openPhone();
 *     render(<App phone={phone} />, root);
 */
export * from "./types.ts";
export type { DraftKeeper } from "./draft-keeper.ts";
export { openPhone } from "./phone.ts";
