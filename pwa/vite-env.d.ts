/** Version of the app, put in by the build; goes into every sealed body. */
declare const __APP_VERSION__: string;

declare module "*.css";
