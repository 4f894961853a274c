// Writes the API reference, docs/api, from the doc comments of everything that the packages export. Run by `npm run
// docs`. With --check, as `npm run check` does, it writes nothing, and fails when a comment is missing or leads
// nowhere, when an exported type speaks of one that is not, or when docs/api is not what it would write.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { outputTail, runCommand, runMain } from "./process.mjs";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const REFERENCE = join("docs", "api");

await runMain(async () => {
  if (!process.argv.includes("--check")) {
    await generate(REFERENCE);
    return;
  }
  const folder = await mkdtemp(join(tmpdir(), "pulumi-up42-docs-"));
  try {
    await generate(folder);
    const args = ["diff", "--no-index", "--stat", REFERENCE, folder];
    const { exitCode, stdout } = await runCommand("git", args, { cwd: ROOT });
    if (exitCode !== 0) throw new Error(`docs/api is not up to date. Run npm run docs.\n${stdout}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

/** @param {string} folder */
async function generate(folder) {
  const typedoc = join(ROOT, "node_modules", "typedoc", "bin", "typedoc");
  const result = await runCommand(process.execPath, [typedoc, "--out", folder], { cwd: ROOT });
  if (result.exitCode !== 0)
    throw new Error(`The API reference cannot be written:\n${outputTail(result, 100)}`);
}
