import { cp, rm } from "node:fs/promises";
import { basename } from "node:path";

/** What installations, builds, deployments (a stack's settings) and pipelines (their reports) leave in a folder. */
const LEFT_BEHIND =
  /^(node_modules|venv|sdks|__pycache__|dist|package-lock\.json|Pulumi\..+\.yaml|preview\.txt|up42-junit\.xml)$/;

/** Copies an example as it is in the repository, without what trying it out has left in its folder. */
export async function copyOwnFiles(source: string, destination: string): Promise<void> {
  await cp(source, destination, { recursive: true, filter: (path) => !LEFT_BEHIND.test(basename(path)) });
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
