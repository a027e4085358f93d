import { defineConfig } from "vite";

/** The hands as one module; RUHU_DRILL_SWAP="from=>to" plants a fault in the sources, to see that a drill notices. */
const [from, to] = (process.env["RUHU_DRILL_SWAP"] ?? "").split("=>");

export default defineConfig({
  publicDir: false,
  logLevel: "warn",
  define: { __APP_VERSION__: JSON.stringify("drill") },
  build: {
    outDir: process.env["RUHU_DRILL_OUT"]!,
    emptyOutDir: false,
    target: "es2022",
    minify: false,
    reportCompressedSize: false,
    lib: { entry: "test/drill/hands.ts", formats: ["es"], fileName: "hands" },
  },
  plugins: [
    {
      name: "planted-fault",
      enforce: "pre",
      transform: (code, id) => (from && to !== undefined && id.includes("/src/") && code.includes(from) ? code.split(from).join(to) : null),
    },
  ],
});
