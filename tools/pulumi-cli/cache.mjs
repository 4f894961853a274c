import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { removeLeftovers, withLock } from "../lock.mjs";

/**
 * The folder for CLIs that were downloaded or built, shared by all clones of a user.
 *
 * @param {NodeJS.ProcessEnv} [env]
 */
export function defaultCacheRoot(env = process.env) {
  const home = env.HOME || homedir();
  const isMac = process.platform === "darwin";
  const usual = isMac ? join(home, "Library", "Caches") : join(home, ".cache");
  // The XDG specification, which macOS does not follow, says to ignore a relative path.
  const xdg = isMac ? "" : (env.XDG_CACHE_HOME ?? "");
  return join(isAbsolute(xdg) ? xdg : usual, "pulumi-up42", "pulumi-cli");
}

/**
 * Fills a folder of the cache, unless another process has just done so. It appears whole or not at all; a broken one
 * is replaced.
 *
 * @param {string} folder
 * @param {{ isWhole: () => boolean, fill: (work: string) => Promise<void>, onWait?: (port: number) => void }} how
 *   `fill` writes into another folder, which then takes this one's place
 */
export async function fillFolder(folder, { isWhole, fill, onWait }) {
  await mkdir(dirname(folder), { recursive: true });
  const fillIt = async () => {
    if (isWhole()) {
      return;
    }
    const workPrefix = `${folder}.filling-`;
    await removeLeftovers(workPrefix);
    const work = await mkdtemp(workPrefix);
    try {
      await fill(work);
      await rm(folder, { recursive: true, force: true });
      await rename(work, folder);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  };
  await withLock(folder, fillIt, onWait);
}
