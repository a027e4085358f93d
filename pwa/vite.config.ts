import { readFileSync } from "node:fs";
import { defineConfig } from "vitest/config";
import { VitePWA } from "vite-plugin-pwa";

const { version } = JSON.parse(readFileSync(new URL("./package.json", import.meta.url), "utf8")) as {
  version: string;
};

/**
 * The app is served by the service itself at /m/, under a policy without inline script or style, so nothing
 * is inlined and the service worker is registered by our own code. A new version waits until the inspector
 * agrees: a switch in mid-visit would mix an old page with new files.
 */
export default defineConfig({
  base: "/m/",
  define: { __APP_VERSION__: JSON.stringify(version) },
  build: {
    outDir: "../app/static/m",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    target: ["chrome79", "firefox78", "safari14"],
    sourcemap: false,
    reportCompressedSize: false,
  },
  server: { proxy: { "/api": "http://127.0.0.1:8000" } },
  plugins: [
    VitePWA({
      registerType: "prompt",
      injectRegister: false,
      strategies: "generateSW",
      manifest: false,
      includeAssets: [],
      workbox: {
        globPatterns: ["**/*.{html,js,css,webmanifest,png,svg}"],
        navigateFallback: "index.html",
        navigateFallbackDenylist: [/^\/api\//, /^\/(?!m\/)/, /[?&]preview=/],
        cleanupOutdatedCaches: true,
        clientsClaim: false,
        skipWaiting: false,
        sourcemap: false,
        mode: "production",
        // No run-time caching: the API is never cached; forms and records live in IndexedDB.
        runtimeCaching: [],
      },
    }),
  ],
  test: {
    environment: "node",
    include: ["test/**/*.test.ts", "test/**/*.test.tsx"],
    setupFiles: ["test/setup.ts"],
    testTimeout: 20_000,
  },
});
