import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runCommand } from "../process.mjs";
import { pack, packComponents } from "./layouts.mjs";
import { MANAGERS, nodeFolder, packageManager } from "./managers.mjs";
import { fetchPackage, newestVersion } from "./registry.mjs";

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const NODES = [20, 22, 24];
const TYPESCRIPTS = ["5.0", "5", "6", "7"];

/**
 * What to combine, and what else of it has a version.
 * @typedef {object} Choice
 * @property {import("./installations.mjs").Dimensions} dimensions
 * @property {Record<string, string>} versions
 */

/**
 * The newest of everything, and the oldest that is said to work.
 *
 * @param {string} work a folder for the tarballs
 * @param {(line: string) => void} log
 * @returns {Promise<Choice>}
 */
export async function fullChoice(work, log) {
  const sdks = { lowest: await lowestSdk(), newest: await newestVersion("@pulumi/pulumi", "latest") };
  const typescripts = [];
  for (const range of TYPESCRIPTS) {
    const { folder, version } = await fetchPackage("typescript", range, log);
    typescripts.push({ version, tsc: join(folder, "bin", "tsc") });
  }
  /** @type {Record<string, string>} */
  const versions = {};
  for (const major of NODES) versions[`Node.js ${major}:`] = (await nodeFolder(major, log)).version;
  for (const name of MANAGERS.slice(0, -1)) {
    versions[name] = (await packageManager(name, { log, npmVersion: await npmVersion() })).version;
  }
  return { dimensions: { nodes: NODES, sdks, typescripts, ...(await packAll(work, sdks.lowest)) }, versions };
}

/**
 * What is there already; only pnpm is fetched.
 *
 * @param {string} work a folder for the tarballs
 * @returns {Promise<Choice>}
 */
export async function smallChoice(work) {
  const sdks = { lowest: await lowestSdk(), newest: await versionOf("@pulumi/pulumi") };
  const version = await versionOf("typescript");
  const tsc = join(ROOT, "node_modules", "typescript", "bin", "tsc");
  const nodes = [Number.parseInt(process.versions.node, 10)];
  const packs = await packAll(work, sdks.lowest);
  return { dimensions: { nodes, sdks, typescripts: [{ version, tsc }], ...packs }, versions: {} };
}

/**
 * @param {string} destination
 * @param {string} sdk that the components bring along
 */
async function packAll(destination, sdk) {
  const [provider, emulator] = await Promise.all(
    ["provider", "emulator"].map((name) => pack(name, destination)),
  );
  if (provider === undefined || emulator === undefined) throw new Error("A package was not packed.");
  return {
    tarballs: { provider, emulator },
    components: await packComponents(destination, { sdk, provider }),
  };
}

/** The oldest version of Pulumi's SDK that the package says it takes. */
async function lowestSdk() {
  const range = JSON.parse(await readFile(join(ROOT, "provider", "package.json"), "utf8")).peerDependencies;
  const lowest = /^>=(\d+\.\d+\.\d+) /.exec(range["@pulumi/pulumi"])?.[1];
  if (lowest === undefined)
    throw new Error("provider/package.json does not say the lowest version of Pulumi's SDK.");
  return lowest;
}

/**
 * The version of a package that is installed here.
 *
 * @param {string} name
 * @returns {Promise<string>}
 */
async function versionOf(name) {
  return JSON.parse(await readFile(join(ROOT, "node_modules", name, "package.json"), "utf8")).version;
}

/** The version of the npm on PATH. */
export async function npmVersion() {
  return (await runCommand("npm", ["--version"], { cwd: ROOT })).stdout.trim();
}
