import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

// The suite is TypeScript, which Node.js 20 does not run: it is bundled into a folder of tests/, from where
// its packages and the workspace's own files are found as they are from the sources.
const root = fileURLToPath(new URL("../..", import.meta.url));
const bundle = `${root}tests/dist/faults-${process.pid}.cjs`;
await build({
  entryPoints: [`${root}tests/faults/main.ts`],
  outfile: bundle,
  bundle: true,
  platform: "node",
  format: "cjs",
  packages: "external",
  external: ["*.mjs"],
});
process.once("exit", () => rmSync(bundle, { force: true }));
await import(bundle);
