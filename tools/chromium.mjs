import { existsSync } from "node:fs";
import { ensureProgram } from "./apt.mjs";

/**
 * Finds a Chromium to test pages with: the one that `CHROMIUM_PATH` names, else one on `PATH`, else, on Debian and
 * its relatives and as root, one that is installed now.
 *
 * @returns {Promise<string>} the path of its executable
 * @throws {Error} saying how to get one
 */
export async function ensureChromium() {
  const named = process.env.CHROMIUM_PATH;
  if (named === undefined || named === "") {
    return await ensureProgram({
      title: "Chromium",
      names: ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
      package: "chromium",
      hint: ", or set CHROMIUM_PATH to the executable of one",
    });
  }
  if (existsSync(named)) return named;
  throw new Error(`CHROMIUM_PATH names ${named}, which isn't there.`);
}
