/** The engine's page for the bench: one file; the engine and the page share one solid-js. */
export default {
  input: "page.mjs",
  platform: "browser",
  resolve: { conditionNames: ["solid", "browser", "import", "default"] },
  output: { format: "esm", minify: true },
};
