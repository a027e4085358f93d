import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { type Plugin, defineConfig } from "vite";

const SOURCE = new URL("./src/verify/", import.meta.url);
const TARGET = new URL("../app/static/verify/", import.meta.url);

/**
 * The verifying page as one file: script and style inside, a policy that lets nothing else run and forbids every
 * connection. The same bytes are served at /verify and work from a USB stick.
 */
function oneFile(): Plugin {
  return {
    name: "one-file",
    generateBundle(_options, bundle) {
      const chunks = Object.values(bundle).filter((each) => each.type === "chunk");
      if (chunks.length !== 1) this.error(`one chunk expected, not ${chunks.length}`);
      const script = chunks[0]!.code.trim().replace(/<\/(script)/gi, "<\\/$1");
      const style = readFileSync(new URL("page.css", SOURCE), "utf8").trim();
      const hash = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
      const policy = `default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)}; img-src data:; base-uri 'none'; form-action 'none'`;
      const places: Record<string, string> = { __POLICY__: policy, __STYLE__: style, __SCRIPT__: script };
      const page = readFileSync(new URL("page.html", SOURCE), "utf8");
      mkdirSync(TARGET, { recursive: true });
      writeFileSync(
        new URL("ruhu-verify.html", TARGET),
        page.replace(/__(?:POLICY|STYLE|SCRIPT)__/g, (place) => places[place]!),
      );
      for (const name of Object.keys(bundle)) delete bundle[name];
    },
  };
}

export default defineConfig({
  publicDir: false,
  build: {
    outDir: "../app/static/verify",
    emptyOutDir: false,
    write: true,
    target: ["chrome79", "firefox78", "safari14"],
    modulePreload: false,
    reportCompressedSize: false,
    lib: { entry: "src/verify/main.ts", formats: ["iife"], name: "ruhuVerify", fileName: "ruhu-verify" },
  },
  plugins: [oneFile()],
});
