import { copyFile, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { arch, platform } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { goBuild } from "./go-build.mjs";
import { languageHostOverlay } from "./language-host.mjs";
import { parseVersion } from "./version.mjs";
import { fillFolder, hashOf, isWhole } from "./whole-folder.mjs";

const MODULES = dirname(fileURLToPath(import.meta.url));

/** The dynamic provider host: a script in Pulumi's SDK, which the CLI looks for beside itself. */
export const DYNAMIC_HOST = "pulumi-resource-pulumi-nodejs";

/** @typedef {import("./go-build.mjs").GoProgram} GoProgram */

/**
 * The programs that are built.
 * @type {GoProgram[]}
 */
const GO_PROGRAMS = [
  { name: "pulumi", module: "engine", package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi" },
  {
    name: "pulumi-language-nodejs",
    module: "language-nodejs",
    package: "./host",
    overlay: languageHostOverlay,
  },
];

/** What the programs are built from; a build from anything else is built again. */
const SOURCES = [
  ...GO_PROGRAMS.flatMap(({ module }) => [`${module}/go.mod`, `${module}/go.sum`]),
  "language-nodejs/host/run_plugin.go",
  "language-host.mjs",
];

const FILES = [...GO_PROGRAMS.map(({ name }) => name), DYNAMIC_HOST];

/**
 * Builds one program into a file. The default runs `go build`; tests put something quick in its place.
 * @callback BuildProgram
 * @param {GoProgram} program
 * @param {string} version the CLI's version, such as "3.259.0"
 * @param {string} output the file to write
 * @param {(line: string) => void} log
 * @returns {Promise<void>}
 */

/**
 * The version that is built when no CLI is found: the one the engine's Go module requires.
 *
 * @returns {Promise<string>} such as "3.259.0"
 */
export async function builtVersion() {
  const file = join(MODULES, "engine", "go.mod");
  const required = /^\s*github\.com\/pulumi\/pulumi\/pkg\/v3 (v\S+)/m.exec(await readFile(file, "utf8"));
  const version = parseVersion(required?.[1] ?? "");
  if (version === undefined) throw new Error(`${file} does not say which version of Pulumi it builds.`);
  return version;
}

/**
 * The folder that holds the CLI built for this machine, whether it is there or not.
 *
 * @param {string} cacheRoot
 * @param {string} version
 */
export function buildFolder(cacheRoot, version) {
  return join(cacheRoot, `v${version}`, `${platform()}-${arch()}`);
}

/**
 * Whether a folder holds a whole build of what is to be built now.
 *
 * @param {string} folder
 */
export async function isComplete(folder) {
  return await isWhole(folder, FILES, await sourcesHash());
}

/**
 * Builds the CLI into its cache folder, unless another process has just done so.
 *
 * @param {{ cacheRoot: string, version: string, log: (line: string) => void, build?: BuildProgram }} options
 * @throws {Error} when Go is missing or too old, or the build fails
 */
export async function buildCli({ cacheRoot, version, log, build = goBuild }) {
  await fillFolder({
    folder: buildFolder(cacheRoot, version),
    files: FILES,
    sources: await sourcesHash(),
    onWait: (port) =>
      log(`Another process is building the Pulumi CLI, and holds port ${port}; waiting for it.`),
    fill: async (work) => {
      const sdk = sdkFolder(MODULES);
      for (const program of GO_PROGRAMS) await build(program, version, join(work, program.name), log);
      await copyFile(join(sdk, DYNAMIC_HOST), join(work, DYNAMIC_HOST));
    },
  });
}

/**
 * A hash of the sources of the programs.
 *
 * @param {string} [folder] that has them, default: this one
 */
export async function sourcesHash(folder = MODULES) {
  return await hashOf(SOURCES.map((name) => join(folder, name)));
}

/**
 * The folder of Pulumi's Node.js SDK, as a program in a folder would load it.
 *
 * @param {string} from
 * @throws {Error} when `@pulumi/pulumi` is not installed there
 */
export function sdkFolder(from) {
  try {
    return dirname(createRequire(join(from, "_")).resolve("@pulumi/pulumi/package.json"));
  } catch (cause) {
    throw new Error(`@pulumi/pulumi is not installed in ${from}: run "npm ci" first.`, { cause });
  }
}
