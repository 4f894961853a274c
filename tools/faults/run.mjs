import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

// The suite is TypeScript, which Node.js 20 does not run: it is bundled beside its sources, where its packages and
// its own files are found.
const root = fileURLToPath(new URL("../..", import.meta.url));
const bundle = `${root}tests/faults/.faults-${process.pid}.cjs`;
buildSync({
  entryPoints: [`${root}tests/faults/main.ts`],
  outfile: bundle,
  bundle: true,
  platform: "node",
  format: "cjs",
  packages: "external",
  external: ["*.mjs"],
});
try {
  const { status } = spawnSync(process.execPath, [bundle, ...process.argv.slice(2)], { stdio: "inherit" });
  process.exitCode = status ?? 1;
} finally {
  rmSync(bundle, { force: true });
}
