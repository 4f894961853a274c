import { readdir, readFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { describeResult, startCommand } from "../tools/process.mjs";

/** Pulumi's dynamic host, or the plugin. */
const HOST = /\/dynamic-provider|\/plugin\/start\.js/;
const SAMPLE_MS = 25;

/**
 * What one command cost.
 * @typedef {object} Cost
 * @property {number} wall seconds
 * @property {number} cpuSeconds of the command and everything it started
 * @property {number} hostRssBytes peak memory of the provider's process; 0 when none was started
 */

/**
 * Runs a command of the CLI and measures it.
 *
 * @param {readonly string[]} command
 * @param {{ cwd: string, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<Cost>}
 * @throws {Error} with its output, when it fails
 */
export async function measure(command, options) {
  const others = new Set(await readdir("/proc"));
  const start = performance.now();
  // The shell counts the time of all its descendants that were waited for.
  const script = '"$@"; status=$?; times >&2; exit $status';
  const running = startCommand("bash", ["-c", script, "bash", ...command], options);
  let [host, hostRssBytes] = ["", 0];
  let result;
  while (result === undefined) {
    // The kernel keeps the peak, which only has to be read before the process is gone.
    const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(await textOf(host, "status")) ?? [];
    if (kilobytes === undefined) {
      host = await findHost(`PULUMI_HOME=${options.env.PULUMI_HOME}\0`, others);
    }
    hostRssBytes = Math.max(hostRssBytes, Number(kilobytes ?? 0) * 1024);
    result = await Promise.race([running.result, setTimeout(SAMPLE_MS, undefined)]);
  }
  const wall = (performance.now() - start) / 1000;
  if (result.exitCode !== 0) {
    throw new Error(`${command.join(" ")} failed: ${describeResult(result)}`);
  }
  return { wall, cpuSeconds: cpuSeconds(result.stderr), hostRssBytes };
}

/**
 * The last line of `times`: user and system time of the children, such as "0m1.234s 0m0.210s".
 *
 * @param {string} output which ends with it
 */
function cpuSeconds(output) {
  const children = output.trim().split("\n").at(-1) ?? "";
  return [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  );
}

/**
 * The id of the provider's process; empty while there is none.
 *
 * @param {string} variable which only the processes of this command have
 * @param {ReadonlySet<string>} others what /proc had before: to read these would take time from what is measured
 */
async function findHost(variable, others) {
  for (const pid of (await readdir("/proc")).filter((name) => !others.has(name))) {
    if (HOST.test(await textOf(pid, "cmdline")) && (await textOf(pid, "environ")).includes(variable)) {
      return pid;
    }
  }
  return "";
}

/**
 * @param {string} pid
 * @param {string} name
 * @returns {Promise<string>} empty when the process has ended meanwhile
 */
async function textOf(pid, name) {
  try {
    return await readFile(`/proc/${pid}/${name}`, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ESRCH")) {
      return "";
    }
    throw error;
  }
}
