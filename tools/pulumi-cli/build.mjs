import { createHash } from "node:crypto";
import { chmod, copyFile, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { arch, platform } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { removeLeftovers, withLock } from "../lock.mjs";
import { goBuild } from "./go.mjs";
import { CLI } from "./programs.mjs";
import { parseVersion } from "./version.mjs";

/** @typedef {import("./programs.mjs").ProgramSet} ProgramSet */

const MODULES = dirname(fileURLToPath(import.meta.url));
const MANIFEST = "complete.json";

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
  const required = /^\s*github\.com\/pulumi\/pulumi\/pkg\/v3 (v\S+)/m.exec(await readFile(file, "utf8"));
  const version = parseVersion(required?.[1] ?? "");
  if (version === undefined) throw new Error(`${file} does not say which version of Pulumi it builds.`);
  return version;
}

/**
 * The folder that holds what was built for this machine, whether it is there or not.
 *
 * @param {string} cacheRoot
 * @param {string} version the CLI's
 * @param {ProgramSet} [set]
 */
export function buildFolder(cacheRoot, version, set = CLI) {
  return join(cacheRoot, `v${version}`, `${platform()}-${arch()}${set.folderSuffix}`);
}

/**
 * Whether a folder holds a whole build of what is to be built now: its manifest is written last, and lists the size
 * of every program, and of what it was built.
 *
 * @param {string} folder
 * @param {ProgramSet} [set]
 */
export async function isComplete(folder, set = CLI) {
  try {
    const manifest = JSON.parse(await readFile(join(folder, MANIFEST), "utf8"));
    const files = filesOf(set);
    const sizes = await Promise.all(files.map((name) => executableSize(join(folder, name))));
    const isWhole = files.every((name, index) => sizes[index] === manifest[name]);
    return isWhole && manifest.sources === (await sourcesHash(MODULES, set));
  } catch {
    // Missing, half written or not JSON: in every case there is nothing to use.
    return false;
  }
}

/**
 * Builds programs into their cache folder, unless another process has just done so. The folder appears whole or not at
 * all; a broken one is replaced.
 *
 * @param {{ cacheRoot: string, version: string, log: (line: string) => void, build?: BuildProgram,
 *   set?: ProgramSet }} options
 * @throws {Error} when Go is missing or too old, or the build fails
 */
export async function buildPrograms({ cacheRoot, version, log, build = goBuild, set = CLI }) {
  const folder = buildFolder(cacheRoot, version, set);
  await mkdir(dirname(folder), { recursive: true });
  const onWait = (/** @type {number} */ port) =>
    log(`Another process is building ${set.title}, and holds port ${port}; waiting for it.`);
  await withLock(
    folder,
    async () => {
      if (await isComplete(folder, set)) return;
      const workPrefix = `${folder}.building-`;
      await removeLeftovers(workPrefix);
      const work = await mkdtemp(workPrefix);
      try {
        await buildAll(set, work, version, build, log);
        await rm(folder, { recursive: true, force: true });
        await rename(work, folder);
      } finally {
        await rm(work, { recursive: true, force: true });
      }
    },
    onWait,
  );
}

/**
 * @param {ProgramSet} set
 * @param {string} folder
 * @param {string} version
 * @param {BuildProgram} build
 * @param {(line: string) => void} log
 */
async function buildAll(set, folder, version, build, log) {
  const { programs, sdkScript } = set;
  const script = sdkScript && join(sdkFolder(MODULES), sdkScript);
  for (const program of programs) {
    const output = join(folder, program.name);
    await mkdir(dirname(output), { recursive: true });
    await build(program, version, output, log);
  }
  if (script) await copyFile(script, join(folder, basename(script)));
  /** @type {Record<string, number | string>} */
  const manifest = { sources: await sourcesHash(MODULES, set) };
  for (const name of filesOf(set)) {
    await chmod(join(folder, name), 0o755);
    manifest[name] = await executableSize(join(folder, name));
  }
  await writeFile(join(folder, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
}

/**
 * A hash of the sources of programs.
 *
 * @param {string} [folder] that has them, default: this one
 * @param {ProgramSet} [set]
 */
export async function sourcesHash(folder = MODULES, set = CLI) {
  const hash = createHash("sha256");
  for (const name of set.sources) hash.update(await readFile(join(folder, name)));
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

/** @param {ProgramSet} set */
function filesOf({ programs, sdkScript }) {
  return [...programs.map(({ name }) => name), ...(sdkScript ? [sdkScript] : [])];
}

/** @param {string} file */
async function executableSize(file) {
  const stats = await stat(file);
  return stats.isFile() && (stats.mode & 0o100) !== 0 ? stats.size : -1;
}
