import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { withLock } from "./lock.mjs";
import { outputTail, runCommand, runMain } from "./process.mjs";
import { ensurePulumi } from "./pulumi-cli.mjs";

/**
 * Sets up a clone for its scripts: packages, build and Pulumi CLI. Does what is missing, says what it does, and is
 * silent when there is nothing to do. `--no-cli` leaves the CLI out, for what does not deploy.
 */

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const LEAST_NODE = 20;
const BUILT_PACKAGES = ["provider", "emulator"];
const STAMP = join(ROOT, "node_modules", ".pulumi-up42-setup.json");

/** @param {string} line */
const say = (line) => console.error(`setup: ${line}`);

async function main() {
  const [major] = process.versions.node.split(".");
  if (Number(major) < LEAST_NODE) {
    throw new Error(`Node.js ${LEAST_NODE} or newer is needed; this is ${process.version}.`);
  }
  // Two scripts started side by side in one clone must not both install.
  await withLock(
    join(ROOT, ".pulumi-up42", "setup.lock"),
    async () => {
      await installPackages();
      await buildPackages();
    },
    () => say("waiting for another set-up of this clone"),
  );
  if (!process.argv.includes("--no-cli")) {
    await ensurePulumi({ log: say });
  }
}

/** Installs when the lock file is another one than that of the last installation. */
async function installPackages() {
  const lockHash = createHash("sha256")
    .update(await readFile(join(ROOT, "package-lock.json")))
    .digest("hex");
  if ((await readStamp()) === lockHash) {
    return;
  }
  if ((await readStamp()) === undefined && existsSync(join(ROOT, "node_modules", ".package-lock.json"))) {
    // Somebody installed by hand: that is theirs, unless it is older than the lock file.
    const [installed, locked] = await Promise.all([
      modifiedAt(join(ROOT, "node_modules", ".package-lock.json")),
      modifiedAt(join(ROOT, "package-lock.json")),
    ]);
    if (installed >= locked) {
      await writeStamp(lockHash);
      return;
    }
  }
  say("installing packages");
  await run(
    "npm",
    ["ci", "--no-audit", "--no-fund"],
    "Installing the packages failed. Is the npm registry reachable?",
  );
  await writeStamp(lockHash);
}

/** Compiles a package when a source is newer than its last build. */
async function buildPackages() {
  const stale = [];
  for (const name of BUILT_PACKAGES) {
    const built = await modifiedAt(join(ROOT, name, "dist", ".tsbuildinfo"));
    if (built === 0 || (await newestIn(join(ROOT, name, "src"))) > built) {
      stale.push(name);
    }
  }
  if (stale.length === 0) {
    return;
  }
  say(`building ${stale.join(" and ")}`);
  const tsc = join(ROOT, "node_modules", "typescript", "bin", "tsc");
  await run(process.execPath, [tsc, "--build", "--force", ...stale], "The sources do not compile.");
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {string} problem what to say when it fails
 */
async function run(command, args, problem) {
  const result = await runCommand(command, args, { cwd: ROOT });
  if (result.exitCode !== 0) {
    throw new Error(`${problem}\n${outputTail(result)}`);
  }
}

/** @param {string} folder */
async function newestIn(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const times = entries
    .filter((entry) => entry.isFile())
    .map((entry) => modifiedAt(join(entry.parentPath ?? entry.path, entry.name)));
  return Math.max(0, ...(await Promise.all(times)));
}

/**
 * @param {string} file
 * @returns {Promise<number>} 0 when there is no such file
 */
async function modifiedAt(file) {
  return existsSync(file) ? (await stat(file)).mtimeMs : 0;
}

/** @returns {Promise<string | undefined>} the hash of the lock file that was installed */
async function readStamp() {
  if (!existsSync(STAMP)) {
    return undefined;
  }
  const { lockHash } = JSON.parse(await readFile(STAMP, "utf8"));
  return typeof lockHash === "string" ? lockHash : undefined;
}

/** @param {string} lockHash */
async function writeStamp(lockHash) {
  await mkdir(dirname(STAMP), { recursive: true });
  await writeFile(STAMP, JSON.stringify({ lockHash }));
}

await runMain(main);
