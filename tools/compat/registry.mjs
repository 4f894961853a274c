import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { removeLeftovers, withLock } from "../lock.mjs";
import { outputTail, runCommand } from "../process.mjs";
import { compareVersions } from "../pulumi-cli/version.mjs";
import { defaultCacheRoot } from "../pulumi-cli.mjs";

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * A package of the registry in the user's cache, by itself or with what it depends on.
 * @typedef {{ folder: string, version: string }} FetchedPackage
 */

/** @type {Map<string, Promise<string>>} */
const versions = new Map();

/**
 * The newest version of a package within a range; asked once per run.
 *
 * @param {string} name
 * @param {string} range such as "22" or "latest"
 * @returns {Promise<string>} the newest one in the cache, when the registry cannot be asked
 */
export function newestVersion(name, range) {
  const spec = `${name}@${range}`;
  const known = versions.get(spec) ?? askVersion(name, range);
  versions.set(spec, known);
  return known;
}

/**
 * @param {string} name
 * @param {string} range
 */
async function askVersion(name, range) {
  const answer = await runCommand("npm", ["view", `${name}@${range}`, "version", "--json"], { cwd: ROOT });
  // Nothing at all, when there is no such version.
  if (answer.exitCode === 0) return newestOf([JSON.parse(answer.stdout.trim() || "[]")].flat());
  const cached = (await cachedVersions(name)).filter((version) => isWithin(version, range));
  if (cached.length === 0) {
    throw new Error(`Which versions of ${name} there are cannot be found out:\n${outputTail(answer)}`);
  }
  const newest = newestOf(cached);
  console.error(`The registry cannot be asked: ${name} ${newest} is the newest in the cache.`);
  return newest;
}

/** @param {readonly string[]} list */
function newestOf(list) {
  const [newest] = [...list].sort((left, right) => compareVersions(right, left));
  if (newest === undefined) throw new Error("The registry knows no such version.");
  return newest;
}

/**
 * Whether a version is in one of the ranges that are used here: a major version, or "latest".
 *
 * @param {string} version
 * @param {string} range
 */
function isWithin(version, range) {
  return range === "latest" || version === range || version.startsWith(`${range}.`);
}

/**
 * Installs a package into the user's cache, unless it is there.
 *
 * @param {string} name
 * @param {string} range such as "22" or "latest"
 * @param {(line: string) => void} log
 * @returns {Promise<FetchedPackage>}
 */
export async function fetchPackage(name, range, log) {
  const version = await newestVersion(name, range);
  const folder = join(cacheRoot(), `${escaped(name)}@${version}`);
  const installed = join(folder, "node_modules", name);
  await withLock(`${folder}.lock`, async () => {
    if ((await namesIn(dirname(folder))).includes(`${escaped(name)}@${version}`)) return;
    log(`Fetching ${name} ${version}, once.`);
    const workPrefix = `${folder}.fetching-`;
    await removeLeftovers(workPrefix);
    const work = await mkdtemp(workPrefix);
    try {
      const flags = ["--no-save", "--no-package-lock", "--ignore-scripts", "--no-audit", "--prefix", work];
      const result = await runCommand("npm", ["install", ...flags, `${name}@${version}`], { cwd: work });
      if (result.exitCode !== 0)
        throw new Error(`Fetching ${name} ${version} failed:\n${outputTail(result)}`);
      await rename(work, folder);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  });
  return { folder: installed, version };
}

/**
 * Which registry the user's npm is set up for, for the package managers that do not read npm's settings, and for an
 * npm that another Node.js runs, which looks for its global settings elsewhere.
 *
 * @returns {Promise<Record<string, string>>} environment variables
 */
export async function registrySettings() {
  const [registry, cafile] = await Promise.all(["registry", "cafile"].map(npmSetting));
  return {
    ...(registry && { npm_config_registry: registry, YARN_NPM_REGISTRY_SERVER: registry }),
    ...(cafile && { npm_config_cafile: cafile, YARN_HTTPS_CA_FILE_PATH: cafile }),
  };
}

/** @param {string} name */
async function npmSetting(name) {
  const answer = await runCommand("npm", ["config", "get", name], { cwd: ROOT });
  const value = answer.stdout.trim();
  return answer.exitCode === 0 && !["", "null", "undefined"].includes(value) ? value : undefined;
}

/** @param {string} name */
async function cachedVersions(name) {
  const prefix = `${escaped(name)}@`;
  const names = (await namesIn(cacheRoot())).filter((entry) => entry.startsWith(prefix));
  return names
    .map((entry) => entry.slice(prefix.length))
    .filter((version) => /^\d+\.\d+\.\d+$/.test(version));
}

/** @param {string} folder */
async function namesIn(folder) {
  await mkdir(folder, { recursive: true });
  return await readdir(folder);
}

/** @param {string} name */
function escaped(name) {
  return name.replace("/", "+");
}

/** The user's folder for what is fetched; shared by all clones. */
export function cacheRoot() {
  return join(dirname(defaultCacheRoot()), "compat");
}
