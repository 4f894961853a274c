import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { median } from "../tools/figures.mjs";

const run = promisify(execFile);

/**
 * What something takes in a process that has `@pulumi/pulumi` loaded already.
 * @typedef {object} Cost
 * @property {number} median milliseconds
 * @property {number} min milliseconds
 * @property {number} max milliseconds
 * @property {number} runs fresh processes
 */

const IMPORT = fileURLToPath(new URL("import.cjs", import.meta.url));

/**
 * What importing the package takes in a program, in fresh processes.
 *
 * @param {number} runs
 * @returns {Promise<Cost>}
 */
export async function measureImport(runs) {
  /** @type {number[]} */
  const times = [];
  for (let at = 0; at < runs; at += 1) times.push(await timeOf([IMPORT], process.env));
  return costOf(times);
}

/**
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 */
async function timeOf(args, env) {
  return Number((await run(process.execPath, args, { env })).stdout);
}

/**
 * @param {readonly number[]} times
 * @returns {Cost}
 */
function costOf(times) {
  return { median: median(times), min: Math.min(...times), max: Math.max(...times), runs: times.length };
}
