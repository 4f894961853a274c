import { existsSync } from "node:fs";
import { chmod, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { version } from "@pulumi/pulumi/package.json";
import { build } from "esbuild";
import { describeResult, runCommand } from "../../tools/process.mjs";
import { fillFolder } from "../../tools/pulumi-cli/cache.mjs";
import { DYNAMIC_HOST } from "../../tools/pulumi-cli/programs.mjs";
import { ownEnvironment, WORKSPACE } from "../../tools/pulumi-project.mjs";
import { QUICKER_COMMANDS } from "./user-environment";

/** What the command line of such a host has. */
export const DYNAMIC_HOST_FILE = "dynamic-host.js";

/**
 * Makes Pulumi's own dynamic provider host start in half of the time, of which loading its 700 modules takes the
 * most: they are in one file, which is compiled already. The quickstart, the demo and the tests of compatibility run with
 * the host as it is published.
 *
 * @returns the folder of its executable, for PATH
 */
async function dynamicHostFolder(): Promise<string> {
  const folder = join(WORKSPACE, ".pulumi-up42", `dynamic-host-${version}-${process.version}`);
  const isWhole = (): boolean => existsSync(folder);
  if (!isWhole()) {
    await fillFolder(folder, { isWhole, fill });
  }
  return folder;
}

/** That host, for those who start it themselves. */
export async function dynamicHostScript(): Promise<string> {
  return join(await dynamicHostFolder(), DYNAMIC_HOST_FILE);
}

/** An environment in which the CLI finds that host first. */
export async function withQuickHost<T extends NodeJS.ProcessEnv>(env: T): Promise<T> {
  return { ...env, PATH: [await dynamicHostFolder(), env.PATH].join(delimiter) };
}

async function fill(folder: string): Promise<void> {
  const bundle = join(folder, DYNAMIC_HOST_FILE);
  await build({
    entryPoints: [require.resolve("@pulumi/pulumi/cmd/dynamic-provider")],
    bundle: true,
    platform: "node",
    // lazy-modules.cjs loads these when something looks at them.
    external: ["@npmcli/arborist", "typescript"],
    minifyWhitespace: true,
    outfile: bundle,
    logLevel: "error",
  });
  // The engine kills hosts, often before they can keep what was compiled.
  const load = `process.argv[2] = "127.0.0.1:9"; require(${JSON.stringify(bundle)}); process.exit()`;
  const env = { ...ownEnvironment(), ...QUICKER_COMMANDS };
  const result = await runCommand(process.execPath, ["--eval", load], { env });
  if (result.exitCode !== 0) {
    throw new Error(`Failed to start the bundled host: ${describeResult(result)}`);
  }
  const executable = join(folder, DYNAMIC_HOST);
  await writeFile(executable, `#!/bin/sh\nexec node "$(dirname "$0")/${DYNAMIC_HOST_FILE}" "$@"\n`);
  await chmod(executable, 0o755);
}
