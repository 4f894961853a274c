import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { outputTail, runCommand } from "../process.mjs";
import { compareVersions, parseVersion } from "./version.mjs";

const MODULES = dirname(fileURLToPath(import.meta.url));
const HEARTBEAT_MS = 15_000;

/**
 * A program that is built from a Go module.
 * @typedef {object} GoProgram
 * @property {string} name
 * @property {string} module the folder of the module, from this one
 * @property {string} package
 * @property {(module: string, work: string) => Promise<string>} [overlay] writes the overlay that it is built with
 */

/**
 * Builds one program into a file.
 *
 * @param {GoProgram} program
 * @param {string} version such as "3.259.0"
 * @param {string} output
 * @param {(line: string) => void} log
 * @throws {Error} when Go is missing or too old, or the build fails
 */
export async function goBuild(program, version, output, log) {
  const cwd = join(MODULES, program.module);
  await checkGo(cwd);
  const started = Date.now();
  let downloads = 0;
  log(`Building ${program.name} ${version} from its Go module.`);
  const heartbeat = setInterval(() => {
    const seconds = Math.round((Date.now() - started) / 1000);
    log(`Still building ${program.name}: ${seconds} s, ${downloads} modules downloaded.`);
  }, HEARTBEAT_MS);
  const work = await mkdtemp(join(tmpdir(), "pulumi-cli-"));
  try {
    const overlay = program.overlay && (await program.overlay(cwd, work));
    const versionFlag = `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${version}`;
    const flags = [
      "-trimpath",
      "-ldflags",
      `-s -w ${versionFlag}`,
      ...(overlay ? ["-overlay", overlay] : []),
    ];
    const args = ["build", ...flags, "-o", output, program.package];
    const result = await runCommand("go", args, {
      cwd,
      // Like Pulumi's own releases: no C compiler is needed, and the programs do not depend on the system's libc.
      env: { ...process.env, CGO_ENABLED: "0" },
      onLine: (line) => {
        if (line.startsWith("go: downloading ")) downloads += 1;
      },
    });
    if (result.exitCode === 0) return;
    throw new Error(
      `Building ${program.name} ${version} with Go failed:\n${outputTail(result)}\n` +
        "Its modules come from the Go module proxy: check the network (GOPROXY, HTTPS_PROXY) and try again.",
    );
  } finally {
    clearInterval(heartbeat);
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * Asks Go, in the module's folder, which version it would use: newer Go fetches the one the module requires itself.
 *
 * @param {string} moduleFolder
 */
async function checkGo(moduleFolder) {
  const goMod = await readFile(join(moduleFolder, "go.mod"), "utf8");
  const required = /^go (\S+)/m.exec(goMod)?.[1] ?? "";
  const found = await runCommand("go", ["env", "GOVERSION"], { cwd: moduleFolder }).catch(() => undefined);
  const actual = found?.exitCode === 0 ? parseVersion(found.stdout) : undefined;
  if (actual !== undefined && compareVersions(actual, required) >= 0) return;
  const state = found === undefined ? "is not installed" : `is too old (${outputTail(found, 3)})`;
  throw new Error(`To build Pulumi's programs, Go ${required} or newer is needed, and Go ${state}.`);
}
