import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { outputTail, runCommand } from "./process.mjs";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Packs a workspace of this repository, as it is published.
 *
 * @param {string} workspace such as "provider"
 * @param {string} destination a folder
 * @returns {Promise<string>} the tarball
 */
export async function pack(workspace, destination) {
  const args = ["pack", "--json", "--pack-destination", destination];
  const result = await runCommand("npm", args, { cwd: join(ROOT, workspace) });
  if (result.exitCode !== 0) {
    throw new Error(`Failed to pack ${workspace}:\n${outputTail(result)}`);
  }
  const [packed] = Object.values(JSON.parse(result.stdout));
  return join(destination, packed.filename);
}
