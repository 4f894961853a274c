import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { DEMO_ACCOUNT, startEmulator } from "up42-emulator";
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
const HOST = fileURLToPath(new URL("host.cjs", import.meta.url));

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
 * What the host takes until it has checked a first webhook, against the emulator, in fresh processes by turns: with its
 * code in one file, as it is published, and in the modules that it is made of.
 *
 * @param {number} runs
 * @returns {Promise<{ file: Cost, modules: Cost }>}
 */
export async function measureHost(runs) {
  const emulator = await startEmulator();
  const { username, password, workspaceId } = DEMO_ACCOUNT;
  const env = {
    ...process.env,
    UP42_API_URL: emulator.url,
    UP42_USERNAME: username,
    UP42_PASSWORD: password,
    UP42_WORKSPACE_ID: workspaceId,
  };
  try {
    /** @type {number[]} */
    const file = [];
    /** @type {number[]} */
    const modules = [];
    for (let at = 0; at < runs; at += 1) {
      file.push(await timeOf([HOST, "file"], env));
      modules.push(await timeOf([HOST, "modules"], env));
    }
    return { file: costOf(file), modules: costOf(modules) };
  } finally {
    await emulator.close();
  }
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
