import { arch, platform } from "node:os";
import { join } from "node:path";
import { SemVer } from "semver";
import { fillFolder } from "./cache.mjs";
import { isExecutable } from "./executables.mjs";

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
 * Downloads the CLI into its cache folder.
 *
 * @param {{ cacheRoot: string, version: string, download?: DownloadProgram }} options
 * @throws {Error} when it cannot be downloaded; within five seconds when the download cannot be reached
 */
export async function downloadCli({ cacheRoot, version, download = officialDownload }) {
  const folder = downloadFolder(cacheRoot, version);
  await fillFolder(folder, {
    isWhole: () => isExecutable(join(folder, "bin", "pulumi")),
    fill: (work) => download(version, work),
  });
}

/** @type {DownloadProgram} */
async function officialDownload(version, folder) {
  const answer = await fetch(INSTALLER, { signal: AbortSignal.timeout(REACHABLE_WITHIN_MS) });
  if (!answer.ok) {
    throw new Error(`${INSTALLER} answered with HTTP ${answer.status}`);
  }
  await answer.body?.cancel();
  // Not at the top: it loads the whole SDK, which takes a second in each test file.
  const { PulumiCommand } = await import("@pulumi/pulumi/automation/index.js");
  await PulumiCommand.install({ version: new SemVer(version), root: folder });
}
