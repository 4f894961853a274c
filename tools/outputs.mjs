import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join, relative } from "node:path";

/**
 * Removes what was compiled from sources that are gone: the compiler leaves it, and it would be published.
 *
 * @param {string} folder a package, with `src` and `dist`
 * @returns {Promise<string[]>} what was removed, by its path in `dist`
 */
export async function removeStaleOutputs(folder) {
  const dist = join(folder, "dist");
  if (!existsSync(dist)) return [];
  const entries = await readdir(dist, { recursive: true, withFileTypes: true });
  const files = entries.map((entry) => relative(dist, join(entry.parentPath, entry.name)));
  const stale = files.filter((file) => {
    const module = /^(?!page\/)(.+?)(\.d\.ts|\.js)$/.exec(file)?.[1];
    return module !== undefined && !existsSync(join(folder, "src", `${module}.ts`));
  });
  for (const file of stale) await rm(join(dist, file));
  return stale;
}
