import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { median } from "../tools/figures.mjs";

const run = promisify(execFile);

/**
 * What importing the package adds to a program that has `@pulumi/pulumi` loaded already.
 * @typedef {object} ImportCost
 * @property {number} median milliseconds
 * @property {number} min milliseconds
 * @property {number} max milliseconds
 * @property {number} runs fresh processes
 */

const SCRIPT = fileURLToPath(new URL("import.cjs", import.meta.url));

/**
 * Measures in fresh processes.
 *
 * @param {number} runs
 * @returns {Promise<ImportCost>}
 */
export async function measureImport(runs) {
  /** @type {number[]} */
  const times = [];
  for (let at = 0; at < runs; at += 1) times.push(Number((await run(process.execPath, [SCRIPT])).stdout));
  return { median: median(times), min: Math.min(...times), max: Math.max(...times), runs };
}
