import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { pack } from "./pack.mjs";
import { outputTail, runCommand, runMain } from "./process.mjs";

/** Checks both packages as they are published: what publint says, and whether types fit what is loaded. */

const BIN = join(dirname(dirname(fileURLToPath(import.meta.url))), "node_modules", ".bin");
const PACKAGES = ["provider", "emulator"];
const CHECKS = [
  ["publint", "--strict"],
  ["attw", "--no-color", "--format", "ascii"],
];

async function main() {
  const folder = await mkdtemp(join(tmpdir(), "pulumi-up42-packages-"));
  try {
    const tarballs = await Promise.all(PACKAGES.map((name) => pack(name, folder)));
    const runs = tarballs.flatMap((tarball) => CHECKS.map((check) => failureOf(check, tarball)));
    const failures = (await Promise.all(runs)).filter((failure) => failure !== undefined);
    if (failures.length > 0) throw new Error(failures.join("\n\n"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  console.log(`Checked the packages of ${PACKAGES.join(" and ")}.`);
}

/**
 * @param {readonly string[]} check
 * @param {string} tarball
 */
async function failureOf([name = "", ...flags], tarball) {
  const result = await runCommand(join(BIN, name), [tarball, ...flags]);
  return result.exitCode === 0 ? undefined : `${name} ${tarball}:\n${outputTail(result, 60)}`;
}

await runMain(main);
