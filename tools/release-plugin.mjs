import { mkdir, readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { create } from "tar";
import { runMain } from "./process.mjs";

const SCRIPT = fileURLToPath(import.meta.url);
const ROOT = dirname(dirname(SCRIPT));
const PROVIDER = join(ROOT, "provider");

/** What every platform gets; the executable comes on top. */
const FILES = [
  "LICENSE",
  "package.json",
  "dist/plugin/start.js",
  "dist/plugin/compiled-code.js",
  "dist/plugin/main.js",
  "dist/plugin/main.licenses.txt",
];

/** The executables, by the systems that start them. Pulumi's names for systems and processors are Go's. */
const EXECUTABLES = {
  linux: "pulumi-resource-up42",
  darwin: "pulumi-resource-up42",
  windows: "pulumi-resource-up42.cmd",
};
const PROCESSORS = ["amd64", "arm64"];

/**
 * Packs the compiled plugin for each platform, as `pulumi plugin install` takes it.
 *
 * @param {string} destination a folder, which is made when it is not there
 * @returns {Promise<{ version: string, archives: string[] }>}
 */
export async function releasePlugin(destination) {
  const { version } = JSON.parse(await readFile(join(PROVIDER, "package.json"), "utf8"));
  await mkdir(destination, { recursive: true });
  const archives = [];
  for (const [system, executable] of Object.entries(EXECUTABLES)) {
    for (const processor of PROCESSORS) {
      const file = join(destination, `pulumi-resource-up42-v${version}-${system}-${processor}.tar.gz`);
      // Portable: nothing of this machine's users gets into it.
      await create({ cwd: PROVIDER, file, gzip: true, portable: true }, [...FILES, executable]);
      archives.push(file);
    }
  }
  return { version, archives };
}

if (process.argv[1] === SCRIPT) {
  await runMain(async () => {
    const { archives } = await releasePlugin(resolve(process.argv[2] ?? join(ROOT, "release")));
    console.log(archives.join("\n"));
  });
}
