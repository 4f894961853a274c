import { copyFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { outputTail, runCommand } from "../process.mjs";
import { compareVersions, parseVersion } from "./version.mjs";

const MODULES = dirname(fileURLToPath(import.meta.url));
const HEARTBEAT_MS = 15_000;

/**
 * Makes a program from its Go module.
 *
 * @type {import("./build.mjs").BuildProgram}
 */
export async function goBuild(program, version, output, log) {
  const cwd = join(MODULES, program.module);
  await checkGo(cwd);
  if (program.file) await copyModuleFile(program.file, cwd, output);
  else await compile(program, version, output, log);
}

/** @type {import("./build.mjs").BuildProgram} */
async function compile(program, version, output, log) {
  const cwd = join(MODULES, program.module);
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
    const args = ["build", ...flags, "-o", output, program.package ?? "."];
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
 * @param {NonNullable<import("./programs.mjs").Program["file"]>} file
 * @param {string} cwd
 * @param {string} output
 */
async function copyModuleFile({ module, path }, cwd, output) {
  const result = await runCommand("go", ["list", "-m", "-f", "{{.Dir}}", module], { cwd });
  if (result.exitCode !== 0) {
    throw new Error(
      `Failed to find ${path} of ${module}:\n${outputTail(result)}\n` +
        "It comes from the Go module proxy: check the network (GOPROXY, HTTPS_PROXY) and try again.",
    );
  }
  await copyFile(join(result.stdout.trim(), path), output);
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
