// Writes the API reference, docs/api, from the doc comments of everything that the packages export. Run by `npm run
// docs`. With --check, as `npm run check` does, it writes nothing, and fails when a comment is missing or leads
// nowhere, when an exported type speaks of one that is not, or when docs/api is not what it would write.

import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { outputTail, runCommand, runMain } from "./process.mjs";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const REFERENCE = join(ROOT, "docs", "api");

async function main() {
  if (!process.argv.includes("--check")) {
    await generate(REFERENCE);
    console.log("Wrote docs/api.");
    return;
  }
  const folder = await mkdtemp(join(tmpdir(), "pulumi-up42-docs-"));
  try {
    await generate(folder);
    const [written, fresh] = await Promise.all([readFolder(REFERENCE), readFolder(folder)]);
    const names = [...new Set([...Object.keys(written), ...Object.keys(fresh)])].sort();
    const stale = names.filter((name) => written[name] !== fresh[name]);
    if (stale.length > 0) {
      throw new Error(`docs/api is not up to date (${stale.join(", ")}). Run npm run docs`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param {string} folder */
async function generate(folder) {
  const typedoc = join(ROOT, "node_modules", "typedoc", "bin", "typedoc");
  const result = await runCommand(process.execPath, [typedoc, "--out", folder], { cwd: ROOT });
  if (result.exitCode !== 0) {
    throw new Error(`The API reference cannot be written:\n${outputTail(result, 100)}`);
  }
}

/**
 * The texts in a folder, by their paths.
 *
 * @param {string} folder
 * @returns {Promise<Record<string, string>>}
 */
async function readFolder(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = files.map(async (file) => [relative(folder, file), await readFile(file, "utf8")]);
  return Object.fromEntries(await Promise.all(texts));
}

await runMain(main);
