import { createHash } from "node:crypto";
import { chmod, copyFile, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { arch, platform, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { removeLeftovers, withLock } from "../lock.mjs";
import { outputTail, runCommand } from "../process.mjs";
import { languageHostOverlay } from "./language-host.mjs";
import { compareVersions, parseVersion } from "./version.mjs";

const MODULES = dirname(fileURLToPath(import.meta.url));
const HEARTBEAT_MS = 15_000;
const MANIFEST = "complete.json";

/** The dynamic provider host: a script in Pulumi's SDK, which the CLI looks for beside itself. */
export const DYNAMIC_HOST = "pulumi-resource-pulumi-nodejs";

/**
 * The programs that are built, each with its Go module and package, and what writes the overlay it is built with.
 * @type {{ name: string, module: string, package: string, overlay?: typeof languageHostOverlay }[]}
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
 * @param {typeof GO_PROGRAMS[number]} program
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
 * Whether a folder holds a whole build of what is to be built now: its manifest is written last, and lists the size
 * of every program, and of what it was built.
 *
 * @param {string} folder
 */
export async function isComplete(folder) {
  try {
    const manifest = JSON.parse(await readFile(join(folder, MANIFEST), "utf8"));
    const sizes = await Promise.all(FILES.map((name) => executableSize(join(folder, name))));
    const isWhole = FILES.every((name, index) => sizes[index] === manifest[name]);
    return isWhole && manifest.sources === (await sourcesHash());
  } catch {
    // Missing, half written or not JSON: in every case there is nothing to use.
    return false;
  }
}

/**
 * Builds the CLI into its cache folder, unless another process has just done so. The folder appears whole or not at
 * all; a broken one is replaced.
 *
 * @param {{ cacheRoot: string, version: string, log: (line: string) => void, build?: BuildProgram }} options
 * @throws {Error} when Go is missing or too old, or the build fails
 */
export async function buildCli({ cacheRoot, version, log, build = goBuild }) {
  const folder = buildFolder(cacheRoot, version);
  await mkdir(dirname(folder), { recursive: true });
  const onWait = (/** @type {number} */ port) =>
    log(`Another process is building the Pulumi CLI, and holds port ${port}; waiting for it.`);
  await withLock(
    folder,
    async () => {
      if (await isComplete(folder)) return;
      const workPrefix = `${folder}.building-`;
      await removeLeftovers(workPrefix);
      const work = await mkdtemp(workPrefix);
      try {
        await buildAll(work, version, build, log);
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
 * @param {string} folder
 * @param {string} version
 * @param {BuildProgram} build
 * @param {(line: string) => void} log
 */
async function buildAll(folder, version, build, log) {
  const sdk = sdkFolder(MODULES);
  for (const program of GO_PROGRAMS) await build(program, version, join(folder, program.name), log);
  await copyFile(join(sdk, DYNAMIC_HOST), join(folder, DYNAMIC_HOST));
  /** @type {Record<string, number | string>} */
  const manifest = { sources: await sourcesHash() };
  for (const name of FILES) {
    await chmod(join(folder, name), 0o755);
    manifest[name] = await executableSize(join(folder, name));
  }
  await writeFile(join(folder, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
}

/**
 * A hash of the sources of the programs.
 *
 * @param {string} [folder] that has them, default: this one
 */
export async function sourcesHash(folder = MODULES) {
  const hash = createHash("sha256");
  for (const name of SOURCES) hash.update(await readFile(join(folder, name)));
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

/** @type {BuildProgram} */
async function goBuild(program, version, output, log) {
  const cwd = join(MODULES, program.module);
  await checkGo(cwd);
  const started = Date.now();
  let downloads = 0;
  log(`Building ${program.name} ${version} from its Go module.`);
  const heartbeat = setInterval(() => {
    const seconds = Math.round((Date.now() - started) / 1000);
    log(`Still building ${program.name}: ${seconds} s, ${downloads} modules downloaded.`);
  }, HEARTBEAT_MS);
  const work = await mkdtemp(join(tmpdir(), "pulumi-cli-"));
  try {
    const overlay = program.overlay && (await program.overlay(cwd, work));
    const versionFlag = `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${version}`;
    const flags = [
      "-trimpath",
      "-ldflags",
      `-s -w ${versionFlag}`,
      ...(overlay ? ["-overlay", overlay] : []),
    ];
    const args = ["build", ...flags, "-o", output, program.package];
    const result = await runCommand("go", args, {
      cwd,
      // Like Pulumi's own releases: no C compiler is needed, and the programs do not depend on the system's libc.
      env: { ...process.env, CGO_ENABLED: "0" },
      onLine: (line) => {
        if (line.startsWith("go: downloading ")) downloads += 1;
      },
    });
    if (result.exitCode === 0) return;
    throw new Error(
      `Building ${program.name} ${version} with Go failed:\n${outputTail(result)}\n` +
        "Its modules come from the Go module proxy: check the network (GOPROXY, HTTPS_PROXY) and try again.",
    );
  } finally {
    clearInterval(heartbeat);
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * Asks Go, in the module's folder, which version it would use: newer Go fetches the one the module requires itself.
 *
 * @param {string} moduleFolder
 */
async function checkGo(moduleFolder) {
  const goMod = await readFile(join(moduleFolder, "go.mod"), "utf8");
  const required = /^go (\S+)/m.exec(goMod)?.[1] ?? "";
  const found = await runCommand("go", ["env", "GOVERSION"], { cwd: moduleFolder }).catch(() => undefined);
  const actual = found?.exitCode === 0 ? parseVersion(found.stdout) : undefined;
  if (actual !== undefined && compareVersions(actual, required) >= 0) return;
  const state = found === undefined ? "is not installed" : `is too old (${outputTail(found, 3)})`;
  throw new Error(`To build the Pulumi CLI, Go ${required} or newer is needed, and Go ${state}.`);
}

/** @param {string} file */
async function executableSize(file) {
  const stats = await stat(file);
  return stats.isFile() && (stats.mode & 0o100) !== 0 ? stats.size : -1;
}
