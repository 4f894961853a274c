import { cp, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { runCommand } from "../../tools/process.mjs";

/** What installations, builds, deployments (a stack's settings) and pipelines (their reports) leave in a folder. */
const LEFT_BEHIND =
  /^(node_modules|venv|sdks|__pycache__|dist|package-lock\.json|Pulumi\..+\.yaml|preview\.txt|up42-junit\.xml|.+\.tsbuildinfo)$/;

/** Copies an example as it is in the repository, without what trying it out has left in its folder. */
export async function copyOwnFiles(source: string, destination: string): Promise<void> {
  const { stdout } = await runCommand("git", ["ls-files", "-z"], { cwd: source });
  const tracked = new Set(stdout.split("\0").map((path) => join(source, path)));
  const isOwn = (path: string) => tracked.has(path) || !LEFT_BEHIND.test(basename(path));
  await cp(source, destination, { recursive: true, filter: isOwn });
}

/** Sets something up in a folder of its own, which is removed when that fails. */
export async function setUpIn<T>(folder: string, setUp: () => Promise<T>): Promise<T> {
  try {
    return await setUp();
  } catch (error) {
    await removeFolder(folder);
    throw error;
  }
}

/** Removes a folder, although a process that is ending may still write to it. */
export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
