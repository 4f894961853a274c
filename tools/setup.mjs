// Makes a clone ready for the demo, the tests and the checks: installs, compiles, and finds or builds a Pulumi CLI.
// It says what it does, and does nothing, quickly, when everything is there. Plain Node.js: it runs before anything
// is installed. With --no-cli it leaves the Pulumi CLI out; with --languages it adds Pulumi's language hosts.

import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { COMPILER, compile, PACKAGES } from "./compile.mjs";
import { withLock } from "./lock.mjs";
import { outputTail, runCommand, runMain } from "./process.mjs";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const STATE = join(ROOT, ".pulumi-up42");
const STAMP = join(STATE, "compiled.sha256");
const OLDEST_NODE = 20;
/** What decides on the outputs, too. */
const COMMON = [COMPILER, join(ROOT, "tsconfig.json"), join(ROOT, "package-lock.json")];

async function setup() {
  checkPlatform();
  if (!(await isInstalled()) || !(await isCompiled())) {
    await withLock(STATE, prepare, onWait);
  }
  if (process.argv.includes("--no-cli")) {
    return;
  }
  // Not at the top: it takes packages that have to be installed first.
  const { ensureLanguageHosts, ensurePulumi } = await import("./pulumi-cli.mjs");
  const cli = await ensurePulumi({ log: console.log });
  if (process.argv.includes("--languages")) {
    await ensureLanguageHosts(cli, { log: console.log });
  }
}

function checkPlatform() {
  if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
    throw new Error(
      `Node.js ${OLDEST_NODE} or newer is needed; this is ${process.version}. See https://nodejs.org`,
    );
  }
  if (process.platform === "win32") {
    throw new Error("This repository is developed on Linux and macOS. On Windows, work on it in WSL.");
  }
}

/** @param {number} port */
function onWait(port) {
  console.log(`Another process is setting this clone up, and holds port ${port}; waiting for it.`);
}

/** With the lock held, so it looks again: another process may have done it all meanwhile. */
async function prepare() {
  if (!(await isInstalled())) {
    await install();
  }
  if (!(await isCompiled())) {
    await compileAll();
  }
}

/** Whether npm's own list of what it installed, which it writes last, is newer than what was to be installed. */
async function isInstalled() {
  const files = ["package-lock.json", "node_modules/.package-lock.json"].map((file) =>
    stat(join(ROOT, file)),
  );
  const [wanted, installed] = await Promise.allSettled(files);
  const isThere = wanted?.status === "fulfilled" && installed?.status === "fulfilled";
  return isThere && installed.value.mtimeMs >= wanted.value.mtimeMs;
}

async function install() {
  console.log("Installing packages: npm ci");
  // The demo and the tests need the development packages, also where NODE_ENV says production.
  const result = await runCommand("npm", ["ci", "--include=dev"], { cwd: ROOT }).catch(() => undefined);
  if (result === undefined) {
    throw new Error("npm is not on PATH. It comes with Node.js: https://nodejs.org");
  }
  if (result.exitCode !== 0) {
    throw new Error(
      `"npm ci" failed:\n${outputTail(result)}\n` +
        "It needs the npm registry: check the network (and npm's proxy settings), then run this again.",
    );
  }
}

async function compileAll() {
  console.log(`Compiling ${PACKAGES.join(" and ")}.`);
  const sources = await sourcesHash();
  await compile();
  await mkdir(STATE, { recursive: true });
  await writeFile(STAMP, sources);
}

/** Whether the outputs are there, and compiled from the very sources that are there now. */
async function isCompiled() {
  const outputs = PACKAGES.map((name) => stat(join(ROOT, name, "dist", "index.js")));
  const [stamp, ...found] = await Promise.allSettled([readFile(STAMP, "utf8"), ...outputs]);
  const isThere = found.every(({ status }) => status === "fulfilled");
  return isThere && stamp.status === "fulfilled" && stamp.value === (await sourcesHash());
}

async function sourcesHash() {
  const files = await Promise.all(PACKAGES.map((name) => sourceFiles(join(ROOT, name))));
  const hash = createHash("sha256");
  for (const file of [...files.flat(), ...COMMON].sort()) {
    hash.update(JSON.stringify([relative(ROOT, file), await readFile(file, "utf8")]));
  }
  return hash.digest("hex");
}

/** @param {string} folder @returns {Promise<string[]>} */
async function sourceFiles(folder) {
  const names = await readdir(folder, { recursive: true });
  const own = names.filter(
    (name) => /\.(ts|js|json)$/.test(name) && !/(^|\/)(dist|node_modules)\//.test(name),
  );
  return own.map((name) => join(folder, name));
}

runMain(setup);
