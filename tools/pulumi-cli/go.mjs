import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { outputTail, runCommand } from "../process.mjs";

const MODULES = dirname(fileURLToPath(import.meta.url));
const HEARTBEAT_MS = 15_000;
const NO_DEBUG_DATA = "-dwarf=false";
/** What compiles sooner without optimization, and no test waits for: clients of clouds, `pulumi cloud`, Git, SDKs. */
const COLD = `cloud.google.com github.com/Azure github.com/alecthomas github.com/aws github.com/envoyproxy
  github.com/go-git github.com/pb33f github.com/pulumi/pulumi/pkg/v3/cmd/pulumi/cloud
  github.com/pulumi/pulumi/pkg/v3/codegen`;

/** Makes a program from its Go module. @type {import("./build.mjs").BuildProgram} */
export async function goBuild({ name, module, package: source, file }, version, output, log) {
  const cwd = join(MODULES, module);
  const work = await mkdtemp(join(tmpdir(), "pulumi-cli-"));
  const started = Date.now();
  log(`Building ${name} ${version} from its Go module.`);
  const heartbeat = setInterval(
    () => log(`Still building ${name}: ${Math.round((Date.now() - started) / 1000)} s.`),
    HEARTBEAT_MS,
  );
  try {
    // go.mod names what is chosen. Go adds what follows from that, in a copy; go.sum has the hashes of all of it.
    for (const one of ["go.mod", "go.sum"]) {
      await copyFile(join(cwd, one), join(work, one));
    }
    const flags = ["-mod=mod", `-modfile=${join(work, "go.mod")}`];
    if (file !== undefined) {
      const folder = await go(["list", ...flags, "-m", "-f", "{{.Dir}}", file.module], cwd);
      await copyFile(join(folder, file.path), output);
      return;
    }
    const linked = `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${version}`;
    const cold = COLD.split(/\s+/).map((packages) => `-gcflags=${packages}/...=${NO_DEBUG_DATA} -N -l`);
    const lean = ["-trimpath", `-gcflags=all=${NO_DEBUG_DATA}`, ...cold, "-ldflags", linked];
    await go(["build", ...flags, ...lean, "-o", output, source ?? "."], cwd);
  } catch (cause) {
    throw new Error(`Failed to build ${name} ${version}: ${cause instanceof Error ? cause.message : cause}`);
  } finally {
    clearInterval(heartbeat);
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * @param {readonly string[]} args
 * @param {string} cwd
 * @returns {Promise<string>} what it printed
 */
async function go(args, cwd) {
  // Like Pulumi's own releases: no C compiler is needed, and the programs do not depend on the system's libc.
  // The compiler takes less time when it collects garbage only from this much memory on.
  const env = { ...process.env, CGO_ENABLED: "0", GOGC: "off", GOMEMLIMIT: "1GiB" };
  const result = await runCommand("go", args, { cwd, env }).catch(() => undefined);
  if (result === undefined) {
    throw new Error("Go is not installed.");
  }
  if (result.exitCode === 0) {
    return result.stdout.trim();
  }
  throw new Error(
    `go ${args[0]} failed:\n${outputTail(result)}\n` +
      "Modules come from the Go module proxy: check the network (GOPROXY, HTTPS_PROXY) and try again.",
  );
}
