import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { withLock } from "./lock.mjs";
import { outputTail, runCommand } from "./process.mjs";
import { defaultCacheRoot } from "./pulumi-cli.mjs";

/**
 * Finds a program on `PATH`; if it is missing, installs its package, on Debian and its relatives and as root.
 *
 * @param {{ title: string, names: readonly string[], package: string, hint?: string }} program what it is called, the
 *   names of its executable, and of Debian's package; `hint` says how else to name one
 * @returns {Promise<string>} the path of its executable
 * @throws {Error} saying how to get one
 */
export async function ensureProgram(program) {
  const found = findOnPath(program.names);
  if (found !== undefined) return found;
  // apt-get fails when another one runs, and tests run side by side.
  await withLock(join(dirname(defaultCacheRoot()), "apt.lock"), async () => {
    if (findOnPath(program.names) === undefined) await install(program);
  });
  const installed = findOnPath(program.names);
  if (installed === undefined)
    throw missing(program, `installing Debian's package ${program.package} brought none`);
  return installed;
}

/** @param {readonly string[]} names */
function findOnPath(names) {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return names
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((file) => existsSync(file));
}

/** @param {Parameters<typeof ensureProgram>[0]} program */
async function install(program) {
  if (process.getuid?.() !== 0) throw missing(program, "only root can install it here");
  if (!existsSync("/usr/bin/apt-get")) throw missing(program, "there is no apt-get to install it with");
  console.error(`Installing ${program.title} with apt-get, once (about a minute) …`);
  // At run level 1 a service that comes with a package is not started.
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  for (const args of [["update"], ["install", "--yes", "--no-install-recommends", program.package]]) {
    const result = await runCommand("/usr/bin/apt-get", ["--quiet", ...args], { env });
    if (result.exitCode !== 0) throw missing(program, `apt-get ${args[0]} failed:\n${outputTail(result)}`);
  }
}

/**
 * @param {Parameters<typeof ensureProgram>[0]} program
 * @param {string} why
 */
function missing({ title, package: name, hint = "" }, why) {
  return new Error(
    `No ${title} found on PATH, and ${why}.\nInstall one (Debian, Ubuntu: apt-get install ${name})${hint}.`,
  );
}
