import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * What importing the package adds to a program that has `@pulumi/pulumi` loaded already.
 * @typedef {object} ImportCost
 * @property {number} median milliseconds
 * @property {number} min milliseconds
 * @property {number} max milliseconds
 * @property {number} runs fresh processes
 */

const SCRIPT = `
require("@pulumi/pulumi");
const start = process.hrtime.bigint();
require("pulumi-up42");
console.log(Number(process.hrtime.bigint() - start) / 1e6);
`;

/**
 * Measures in fresh processes.
 *
 * @param {string} folder from where the packages are found
 * @param {number} runs
 * @returns {Promise<ImportCost>}
 */
export async function measureImport(folder, runs) {
  const file = join(folder, "import.cjs");
  await writeFile(file, SCRIPT);
  /** @type {number[]} */
  const times = [];
  for (let at = 0; at < runs; at += 1) times.push(Number((await run(process.execPath, [file])).stdout));
  times.sort((a, b) => a - b);
  return { median: times[Math.floor(runs / 2)] ?? 0, min: times[0] ?? 0, max: times.at(-1) ?? 0, runs };
}
