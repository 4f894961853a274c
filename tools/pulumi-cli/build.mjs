import { createHash } from "node:crypto";
import { chmod, copyFile, readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { arch, platform } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { fillFolder } from "./cache.mjs";
import { isExecutable } from "./executables.mjs";
import { goBuild } from "./go.mjs";
import { CLI } from "./programs.mjs";

/** @typedef {import("./programs.mjs").ProgramSet} ProgramSet */

const MODULES = dirname(fileURLToPath(import.meta.url));

/**
 * Builds one program into a file. The default runs `go build`; tests put something quick in its place.
 * @callback BuildProgram
 * @param {import("./programs.mjs").Program} program
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
  const [, version] = /pulumi\/pkg\/v3 v(\d+\.\d+\.\d+)$/m.exec(await readFile(file, "utf8")) ?? [];
  if (version === undefined) {
    throw new Error(`${file} does not say which version of Pulumi it builds.`);
  }
  return version;
}

/**
 * The folder that holds what was built for this machine from these sources, whether it is there or not. Its name has
 * the sources' hash, so that clones with other sources do not get in each other's way.
 *
 * @param {string} cacheRoot
 * @param {ProgramSet} [set]
 */
export async function buildFolder(cacheRoot, set = CLI) {
  const [version, hash] = await Promise.all([builtVersion(), sourcesHash()]);
  const name = `${platform()}-${arch()}-${hash.slice(0, 12)}${set.suffix}`;
  return join(cacheRoot, `v${version}`, name);
}

/**
 * Whether a folder holds a build. It appears whole or not at all; what was removed from it since is noticed.
 *
 * @param {string} folder
 * @param {ProgramSet} [set]
 */
export function isComplete(folder, set = CLI) {
  const names = [...set.programs.map(({ name }) => name), ...set.scripts];
  return names.every((name) => isExecutable(join(folder, name)));
}

/**
 * Builds programs into their cache folder.
 *
 * @param {{ cacheRoot: string, log: (line: string) => void, build?: BuildProgram, set?: ProgramSet }} options
 * @throws {Error} when Go is missing or too old, or the build fails
 */
export async function buildPrograms({ cacheRoot, log, build = goBuild, set = CLI }) {
  const [folder, version] = await Promise.all([buildFolder(cacheRoot, set), builtVersion()]);
  await fillFolder(folder, {
    isWhole: () => isComplete(folder, set),
    fill: async (work) => {
      for (const program of set.programs) {
        await build(program, version, join(work, program.name), log);
        await chmod(join(work, program.name), 0o755);
      }
      for (const script of set.scripts) {
        await copyFile(join(sdkFolder(MODULES), script), join(work, script));
        await chmod(join(work, script), 0o755);
      }
    },
    onWait: (port) =>
      log(`Another process is building ${set.title}, and holds port ${port}; waiting for it.`),
  });
}

/**
 * A hash of the sources of programs: all files in the folders of the Go modules, and the list of programs.
 *
 * @param {string} [folder] that has them, default: this one
 */
export async function sourcesHash(folder = MODULES) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((file) => /\.(go|mod|sum)$|programs\.mjs$/.test(file));
  const hash = createHash("sha256");
  for (const file of files.sort()) {
    hash.update(await readFile(file));
  }
  return hash.digest("hex");
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
