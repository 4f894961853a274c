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
  let hasEnded = false;
  const ended = running.result.finally(() => {
    hasEnded = true;
  });
  const isNew = (/** @type {string} */ pid) => !others.has(pid);
  let [pid, hostRssBytes] = ["", 0];
  while (!hasEnded) {
    const bytes = pid === "" ? 0 : await peakMemory(pid);
    pid = bytes > 0 ? pid : await findHost(`PULUMI_HOME=${options.env.PULUMI_HOME}\0`, isNew);
    hostRssBytes = Math.max(hostRssBytes, bytes);
    await Promise.race([ended, setTimeout(SAMPLE_MS)]);
  }
  const result = await ended;
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
 * The id of the provider's process, or nothing while there is none. Only new processes are looked at, and none once it is
 * found: that takes time from what is measured.
 *
 * @param {string} variable which only the processes of this command have
 * @param {(pid: string) => boolean} isNew
 */
async function findHost(variable, isNew) {
  for (const pid of (await readdir("/proc")).filter(isNew)) {
    if (HOST.test(await textOf(pid, "cmdline")) && (await textOf(pid, "environ")).includes(variable)) {
      return pid;
    }
  }
  return "";
}

/**
 * The most memory that a process has had, as the kernel keeps it; it only has to be read before the process is gone.
 *
 * @param {string} pid
 */
async function peakMemory(pid) {
  const [, kilobytes = "0"] = /VmHWM:\s+(\d+) kB/.exec(await textOf(pid, "status")) ?? [];
  return Number(kilobytes) * 1024;
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
