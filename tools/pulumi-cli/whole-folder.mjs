import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { removeLeftovers, withLock } from "../lock.mjs";

const MANIFEST = "complete.json";

/**
 * Whether a folder holds all files, as they were built from these sources: its manifest is written last, and lists the
 * size of every program, and of what it was built.
 *
 * @param {string} folder
 * @param {readonly string[]} files executables
 * @param {string} sources a hash
 */
export async function isWhole(folder, files, sources) {
  try {
    const manifest = JSON.parse(await readFile(join(folder, MANIFEST), "utf8"));
    const sizes = await Promise.all(files.map((name) => executableSize(join(folder, name))));
    return manifest.sources === sources && files.every((name, index) => sizes[index] === manifest[name]);
  } catch {
    // Missing, half written or not JSON: in every case there is nothing to use.
    return false;
  }
}

/**
 * Fills a folder, unless another process has just done so. The folder appears whole or not at all; a broken one is
 * replaced.
 *
 * @param {object} options
 * @param {string} options.folder
 * @param {readonly string[]} options.files
 * @param {string} options.sources a hash
 * @param {(work: string) => Promise<void>} options.fill makes the files in a temporary folder
 * @param {(port: number) => void} options.onWait called when another process fills it, with the port that it holds
 */
export async function fillFolder({ folder, files, sources, fill, onWait }) {
  await mkdir(dirname(folder), { recursive: true });
  await withLock(
    folder,
    async () => {
      if (await isWhole(folder, files, sources)) return;
      const workPrefix = `${folder}.building-`;
      await removeLeftovers(workPrefix);
      const work = await mkdtemp(workPrefix);
      try {
        await fill(work);
        await writeManifest(work, files, sources);
        await rm(folder, { recursive: true, force: true });
        await rename(work, folder);
      } finally {
        await rm(work, { recursive: true, force: true });
      }
    },
    onWait,
  );
}

/**
 * @param {string} folder
 * @param {readonly string[]} files
 * @param {string} sources
 */
async function writeManifest(folder, files, sources) {
  const sizes = files.map(async (name) => {
    await chmod(join(folder, name), 0o755);
    return [name, await executableSize(join(folder, name))];
  });
  const manifest = { sources, ...Object.fromEntries(await Promise.all(sizes)) };
  await writeFile(join(folder, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
}

/**
 * A hash of files.
 *
 * @param {readonly string[]} files
 */
export async function hashOf(files) {
  const hash = createHash("sha256");
  for (const file of files) hash.update(await readFile(file));
  return hash.digest("hex");
}

/** @param {string} file */
async function executableSize(file) {
  const stats = await stat(file);
  return stats.isFile() && (stats.mode & 0o100) !== 0 ? stats.size : -1;
}
