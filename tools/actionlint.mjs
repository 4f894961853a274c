import { copyFile, mkdtemp, readFile, rename, rm, stat } from "node:fs/promises";
import { arch, platform } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { removeLeftovers, withLock } from "./lock.mjs";
import { outputTail, runCommand } from "./process.mjs";
import { defaultCacheRoot } from "./pulumi-cli.mjs";

const MODULE = join(dirname(fileURLToPath(import.meta.url)), "actionlint");

/**
 * Finds actionlint in the user's cache, or builds it there from its Go module: a few seconds, once per user. Which
 * version, and the checksums of all it consists of, are in tools/actionlint/go.mod and go.sum.
 *
 * @param {{ env?: NodeJS.ProcessEnv, log?: (line: string) => void }} [options] `env` says where the user's cache is
 * @returns {Promise<string>} the program's path
 * @throws {Error} when it is not there and cannot be built
 */
export async function ensureActionlint({ env = process.env, log = console.error } = {}) {
  const version = await pinnedVersion();
  const folder = join(dirname(defaultCacheRoot(env)), "actionlint");
  const binary = join(folder, `actionlint-${version}-${platform()}-${arch()}`);
  if (await exists(binary)) return binary;
  const onWait = () => log("Another process is building actionlint; waiting for it.");
  await withLock(
    `${binary}.lock`,
    async () => {
      if (await exists(binary)) return;
      log(`Building actionlint ${version} from its Go module.`);
      await build(binary);
    },
    onWait,
  );
  return binary;
}

async function pinnedVersion() {
  const file = join(MODULE, "go.mod");
  const [, version] = /^\s*github\.com\/rhysd\/actionlint (v\S+)/m.exec(await readFile(file, "utf8")) ?? [];
  if (version === undefined) throw new Error(`${file} does not say which version of actionlint it builds.`);
  return version;
}

/**
 * The program appears whole or not at all, since it is moved there when it is ready.
 *
 * @param {string} binary
 */
async function build(binary) {
  const workPrefix = `${binary}.building-`;
  await removeLeftovers(workPrefix);
  const work = await mkdtemp(workPrefix);
  try {
    // Go may write to its module's folder.
    for (const file of ["go.mod", "go.sum"]) await copyFile(join(MODULE, file), join(work, file));
    const output = join(work, "actionlint");
    const args = ["build", "-trimpath", "-o", output, "github.com/rhysd/actionlint/cmd/actionlint"];
    const env = { ...process.env, CGO_ENABLED: "0" };
    const result = await runCommand("go", args, { cwd: work, env }).catch(() => undefined);
    if (result?.exitCode !== 0) throw new Error(advice(result));
    await rename(output, binary);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** @param {import("./process.mjs").CommandResult | undefined} result */
function advice(result) {
  if (result === undefined) {
    return "To check workflows, actionlint is built with Go, which is not installed: https://go.dev/doc/install";
  }
  return (
    `Building actionlint with Go failed:\n${outputTail(result)}\n` +
    "It needs a Go as new as tools/actionlint/go.mod says, and the Go module proxy: check the network (GOPROXY)."
  );
}

/** @param {string} file */
async function exists(file) {
  return (await stat(file).catch(() => undefined))?.isFile() ?? false;
}
