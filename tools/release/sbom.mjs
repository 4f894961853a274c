#!/usr/bin/env node
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { pack } from "../pack.mjs";
import { outputTail, runCommand, runMain } from "../process.mjs";

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * Writes a bill of materials (CycloneDX) for each package into a folder: what somebody gets who installs it today.
 * Taken from the packed package, since npm leaves out of a workspace's what the workspace's root needs too.
 */
async function main() {
  const [folder] = process.argv.slice(2);
  if (folder === undefined) throw new Error("Say into which folder: node tools/release/sbom.mjs FOLDER");
  await mkdir(folder, { recursive: true });
  const work = await mkdtemp(join(tmpdir(), "pulumi-up42-sbom-"));
  try {
    for (const name of ["provider", "emulator"]) console.log(await writeBill(name, work, resolve(folder)));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * @param {string} workspace
 * @param {string} work
 * @param {string} destination
 * @returns {Promise<string>} the file that was written
 */
async function writeBill(workspace, work, destination) {
  const tarball = await pack(workspace, work);
  const manifest = join(ROOT, workspace, "package.json");
  const { name, version } = JSON.parse(await readFile(manifest, "utf8"));
  // The bill takes the folder's name for the package's.
  const unpacked = join(work, name);
  await mkdir(unpacked);
  const published = ["--omit=dev", "--omit=peer"];
  await run("tar", ["-xzf", tarball, "--strip-components=1"], unpacked);
  await run("npm", ["install", "--package-lock-only", "--ignore-scripts", ...published], unpacked);
  const bill = await run(
    "npm",
    ["sbom", "--sbom-format=cyclonedx", "--package-lock-only", ...published],
    unpacked,
  );
  await expectComplete(bill, manifest);
  const file = join(destination, `${name}-${version}.cdx.json`);
  await writeFile(file, bill);
  return file;
}

/**
 * @param {string} bill
 * @param {string} manifest
 */
async function expectComplete(bill, manifest) {
  /** @type {{ components: { name: string }[] }} */
  const { components } = JSON.parse(bill);
  const listed = new Set(components.map(({ name }) => name));
  const { dependencies } = JSON.parse(await readFile(manifest, "utf8"));
  const missing = Object.keys(dependencies).filter((name) => !listed.has(name));
  if (missing.length > 0) throw new Error(`The bill of materials lacks ${missing.join(", ")}.`);
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {string} cwd
 */
async function run(command, args, cwd) {
  const result = await runCommand(command, args, { cwd });
  if (result.exitCode !== 0) throw new Error(`"${command} ${args[0]}" failed:\n${outputTail(result)}`);
  return result.stdout;
}

await runMain(main);
