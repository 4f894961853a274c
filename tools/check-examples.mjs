import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { outputTail, runCommand, runMain } from "./process.mjs";

/**
 * Checks the types of everything that is not compiled into a package: each example by its own settings, except that
 * `noCheck`, which makes `pulumi up` start faster, is taken back; and the tools.
 */

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const TSC = join(ROOT, "node_modules", "typescript", "bin", "tsc");

async function main() {
  const examples = (await readdir(join(ROOT, "examples"))).map((name) => join("examples", name));
  const projects = [...examples, "tools"].filter((folder) => existsSync(join(ROOT, folder, "tsconfig.json")));
  const failures = [];
  for (const project of projects) {
    const args = [TSC, "--project", project, "--noEmit", "--noCheck", "false"];
    const result = await runCommand(process.execPath, args, { cwd: ROOT });
    if (result.exitCode !== 0) {
      failures.push(`${project}:\n${outputTail(result)}`);
    }
  }
  if (failures.length > 0) {
    throw new Error(failures.join("\n\n"));
  }
  console.log(`Checked the types of ${projects.join(", ")}.`);
}

await runMain(main);
