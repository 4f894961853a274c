import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { arch, platform } from "node:os";
import { dirname, join } from "node:path";
import { removeLeftovers, withLock } from "../lock.mjs";

const INSTALLER = "https://get.pulumi.com/install.sh";
const REACHABLE_WITHIN_MS = 4_000;

/**
 * Downloads an official CLI into a folder. The default lets Pulumi's Automation API do it; tests put something quick in
 * its place.
 * @callback DownloadProgram
 * @param {string} version such as "3.259.0"
 * @param {string} folder gets `bin/pulumi` and its language hosts
 * @returns {Promise<void>}
 */

/**
 * The folder of the official CLI, whether it is there or not.
 *
 * @param {string} cacheRoot
 * @param {string} version
 */
export function downloadFolder(cacheRoot, version) {
  return join(cacheRoot, `v${version}`, `${platform()}-${arch()}-official`);
}

/**
 * Downloads the CLI into its cache folder, which appears whole or not at all.
 *
 * @param {{ cacheRoot: string, version: string, download?: DownloadProgram }} options
 * @throws {Error} when it cannot be downloaded; within five seconds when the download cannot be reached
 */
export async function downloadCli({ cacheRoot, version, download = officialDownload }) {
  const folder = downloadFolder(cacheRoot, version);
  await mkdir(dirname(folder), { recursive: true });
  await withLock(folder, async () => {
    const workPrefix = `${folder}.downloading-`;
    await removeLeftovers(workPrefix);
    const work = await mkdtemp(workPrefix);
    try {
      await download(version, work);
      await rm(folder, { recursive: true, force: true });
      await rename(work, folder);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  });
}

/** @type {DownloadProgram} */
async function officialDownload(version, folder) {
  const answer = await fetch(INSTALLER, { signal: AbortSignal.timeout(REACHABLE_WITHIN_MS) });
  if (!answer.ok) throw new Error(`${INSTALLER} answered with HTTP ${answer.status}`);
  await answer.body?.cancel();
  // Not at the top: before the set-up there are no packages.
  const [{ PulumiCommand }, { SemVer }] = await Promise.all([
    import("@pulumi/pulumi/automation/index.js"),
    import("semver"),
  ]);
  await PulumiCommand.install({ version: new SemVer(version), root: folder });
}
