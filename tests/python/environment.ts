import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { outputTail, runCommand } from "../../tools/process.mjs";
import { defaultCacheRoot } from "../../tools/pulumi-cli/cache.mjs";

/**
 * The Python of a virtual environment that has some packages, made in the user's cache when it isn't there yet.
 *
 * @param requirements packages with their versions, as pip takes them
 * @throws {Error} when there is no Python, or a package can't be installed
 */
export async function pythonWith(...requirements: readonly string[]): Promise<string> {
  const version = await run("python3", ["-c", "import platform; print(platform.python_version())"]);
  const folder = join(
    dirname(defaultCacheRoot()),
    "python",
    `${requirements.join("+")}-python-${version.trim()}`,
  );
  const python = join(folder, "bin", "python");
  if (existsSync(python)) {
    return python;
  }
  await mkdir(dirname(folder), { recursive: true });
  // It appears whole or not at all; another process may make the same one at the same time.
  const work = await mkdtemp(`${folder}.installing-`);
  try {
    await run("python3", ["-m", "venv", work]);
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    await run(join(work, "bin", "python"), [...pip, ...requirements]);
    await rename(work, folder).catch((error: unknown) => {
      if (!existsSync(python)) {
        throw error;
      }
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return python;
}

/** Runs a program to its end; gives what it wrote to stdout. */
export async function run(
  command: string,
  args: readonly string[],
  cwd = __dirname,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const result = await runCommand(command, [...args], { cwd, env });
  if (result.exitCode === 0) {
    return result.stdout;
  }
  throw new Error(`Failed to run ${command} ${args.join(" ")}:\n${outputTail(result, 80)}`);
}
