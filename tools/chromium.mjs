import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { outputTail, runCommand } from "./process.mjs";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/**
 * Finds a Chromium to test pages with: the one that `CHROMIUM_PATH` names, else one on `PATH`, else, on Debian and
 * its relatives and as root, one that is installed now.
 *
 * @returns {Promise<string>} the path of its executable
 * @throws {Error} saying how to get one
 */
export async function ensureChromium() {
  const named = process.env.CHROMIUM_PATH;
  if (named !== undefined && named !== "") {
    if (existsSync(named)) return named;
    throw new Error(`CHROMIUM_PATH names ${named}, which isn't there.`);
  }
  const found = findOnPath();
  if (found !== undefined) return found;
  await installWithApt();
  const installed = findOnPath();
  if (installed === undefined) throw missing("installing Debian's package chromium brought none");
  return installed;
}

function findOnPath() {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find((file) =>
    existsSync(file),
  );
}

async function installWithApt() {
  if (process.getuid?.() !== 0) throw missing("only root can install it here");
  if (!existsSync("/usr/bin/apt-get")) throw missing("there is no apt-get to install it with");
  console.error("Installing Chromium with apt-get, once (about a minute) …");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  for (const args of [["update"], ["install", "--yes", "--no-install-recommends", "chromium"]]) {
    const result = await runCommand("/usr/bin/apt-get", ["--quiet", ...args], { env });
    if (result.exitCode !== 0) throw missing(`apt-get ${args[0]} failed:\n${outputTail(result)}`);
  }
}

/** @param {string} why */
function missing(why) {
  return new Error(
    `No Chromium found on PATH, and ${why}.\n` +
      "Install one (Debian, Ubuntu: apt-get install chromium), or set CHROMIUM_PATH to the executable of one.",
  );
}
