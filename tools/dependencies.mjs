import { existsSync } from "node:fs";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { markdownTable } from "./markdown.mjs";
import { runMain } from "./process.mjs";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const DOCUMENT = join("docs", "dependencies.md");
const REASONS = join("tools", "dependencies.json");
const WORKSPACES = ["provider", "emulator"];

/**
 * A package that is installed, and what it needs.
 * @typedef {{ name: string, version: string, license: string, bytes: number, needs: readonly Installed[] }} Installed
 */

/** Writes docs/dependencies.md from what is installed; with --check only says whether it is up to date. */
async function main() {
  const reasons = JSON.parse(await readFile(join(ROOT, REASONS), "utf8"));
  const sections = [];
  for (const workspace of WORKSPACES) sections.push(await sectionOf(workspace, reasons));
  const text = `${INTRODUCTION}\n${sections.join("\n")}`;
  if (!process.argv.includes("--check")) {
    await writeFile(join(ROOT, DOCUMENT), text);
    console.log(`Written to ${DOCUMENT}.`);
    return;
  }
  const current = existsSync(join(ROOT, DOCUMENT)) ? await readFile(join(ROOT, DOCUMENT), "utf8") : "";
  if (current !== text) throw new Error(`${DOCUMENT} is out of date: run "npm run dependencies".`);
  console.log(`Checked ${DOCUMENT}.`);
}

const INTRODUCTION = `# Dependencies

What the published packages bring along, and why. Written by \`npm run dependencies\` from what is installed here; each
release has a bill of materials (CycloneDX) beside it, with everything below these too.
`;

/**
 * @param {string} workspace
 * @param {Readonly<Record<string, Readonly<Record<string, string>>>>} reasons
 */
async function sectionOf(workspace, reasons) {
  const folder = join(ROOT, workspace);
  const { name, dependencies = {}, peerDependencies = {} } = await manifestOf(folder);
  const known = reasons[name] ?? {};
  const missing = Object.keys(dependencies).filter((dependency) => known[dependency] === undefined);
  const extra = Object.keys(known).filter((dependency) => dependencies[dependency] === undefined);
  if (missing.length > 0) throw new Error(`${REASONS} gives no reason for ${name}'s ${missing.join(", ")}.`);
  if (extra.length > 0)
    throw new Error(`${REASONS} has reasons for what ${name} does not need: ${extra.join(", ")}.`);
  const installed = [];
  for (const dependency of Object.keys(dependencies)) installed.push(await installedFrom(folder, dependency));
  const rows = installed.map((dependency) => row(dependency, known[dependency.name] ?? ""));
  const all = new Map(installed.flatMap(flattened).map((entry) => [`${entry.name}@${entry.version}`, entry]));
  const peers = Object.entries(peerDependencies).map(([peer, range]) => `\`${peer}\` ${range}`);
  return `## ${name}

${markdownTable(["package", "version", "license", "size", "with what it needs", "what for"], rows)}

In all ${all.size} packages, ${kilobytes(all.values())}.${peers.length > 0 ? ` As an optional peer: ${peers.join(", ")}.` : ""}
`;
}

/**
 * @param {Installed} dependency
 * @param {string} reason
 */
function row(dependency, reason) {
  const all = new Map(flattened(dependency).map((entry) => [`${entry.name}@${entry.version}`, entry]));
  const whole = all.size === 1 ? "" : `${all.size} packages, ${kilobytes(all.values())}`;
  const { name, version, license } = dependency;
  return [`\`${name}\``, version, license, kilobytes([dependency]), whole, reason];
}

/**
 * @param {Installed} dependency
 * @returns {Installed[]}
 */
function flattened(dependency) {
  return [dependency, ...dependency.needs.flatMap(flattened)];
}

/** @param {Iterable<Installed>} packages */
function kilobytes(packages) {
  const bytes = [...packages].reduce((total, entry) => total + entry.bytes, 0);
  return `${Math.ceil(bytes / 1000)} kB`;
}

/**
 * @param {string} folder of the package that needs it
 * @param {string} name
 * @param {readonly string[]} [above] what led to it, for packages that need each other
 * @returns {Promise<Installed>}
 */
async function installedFrom(folder, name, above = []) {
  const found = folderOf(folder, name);
  const { version, license, dependencies = {} } = await manifestOf(found);
  const needs = [];
  for (const dependency of Object.keys(dependencies)) {
    if (!above.includes(dependency)) needs.push(await installedFrom(found, dependency, [...above, name]));
  }
  return { name, version, license: license ?? "none", bytes: await sizeOf(found), needs };
}

/**
 * Where Node.js finds a package.
 *
 * @param {string} from
 * @param {string} name
 * @returns {string}
 */
function folderOf(from, name) {
  const folder = join(from, "node_modules", name);
  if (existsSync(join(folder, "package.json"))) return folder;
  if (from === dirname(from)) throw new Error(`${name} is not installed: run "npm ci" first.`);
  return folderOf(dirname(from), name);
}

/** @param {string} folder */
async function manifestOf(folder) {
  return JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
}

/**
 * The bytes of a package's own files, without packages that are installed inside.
 *
 * @param {string} folder
 * @returns {Promise<number>}
 */
async function sizeOf(folder) {
  const entries = await readdir(folder, { withFileTypes: true });
  const sizes = entries
    .filter(({ name }) => name !== "node_modules")
    .map(async (entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? await sizeOf(path) : (await stat(path)).size;
    });
  return (await Promise.all(sizes)).reduce((total, size) => total + size, 0);
}

await runMain(main);
