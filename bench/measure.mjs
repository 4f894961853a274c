import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { spreadOf } from "./results.mjs";

const SAMPLE_MS = 25;
const IMPORT = fileURLToPath(new URL("import.cjs", import.meta.url));

/**
 * What one command cost.
 * @typedef {object} Cost
 * @property {number} wall seconds
 * @property {number} cpuSeconds of the command and everything it started
 * @property {number} hostRssBytes peak memory of the provider's host; 0 when none was started
 */

/**
 * Runs a command and measures it.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<Cost>}
 * @throws {Error} with its output, when it fails
 */
export async function measure(command, args, { cwd, env }) {
  const start = performance.now();
  // The shell counts the time of all its descendants that were waited for; descriptor 3 keeps it off the output.
  const script = '"$@"; status=$?; times >&3; exit $status';
  const child = spawn("bash", ["-c", script, "bash", command, ...args], {
    cwd,
    env,
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  const texts = ["", "", ""];
  child.stdio.slice(1).forEach((stream, index) => {
    stream?.on("data", (chunk) => {
      texts[index] += chunk;
    });
  });
  const memory = watchHost(child.pid ?? -1);
  const [exitCode] = await once(child, "close");
  const wall = (performance.now() - start) / 1000;
  const hostRssBytes = await memory.stop();
  if (exitCode !== 0) throw new Error(`${command} ${args.join(" ")} failed:\n${texts.join("\n")}`);
  return { wall, cpuSeconds: cpuSeconds(texts[2] ?? ""), hostRssBytes };
}

/**
 * The second line of `times`: user and system time of the children, such as "0m1.234s 0m0.210s".
 *
 * @param {string} times
 */
function cpuSeconds(times) {
  const [, children = ""] = times.trim().split("\n");
  return [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  );
}

/**
 * The kernel keeps the peak; it only has to be read before the process is gone.
 *
 * @param {number} ancestor
 */
function watchHost(ancestor) {
  let peak = 0;
  let stopped = false;
  const watching = (async () => {
    while (!stopped) {
      const host = await findHost(ancestor);
      peak = Math.max(peak, host === undefined ? 0 : await peakMemory(host));
      await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
    }
  })();
  return {
    stop: async () => {
      stopped = true;
      await watching;
      return peak;
    },
  };
}

/** @param {number} ancestor */
async function findHost(ancestor) {
  const processes = await Promise.all(
    (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(describeProcess),
  );
  const parents = new Map(processes.map(({ pid, parent }) => [pid, parent]));
  const descends = (/** @type {number} */ pid) => {
    for (let at = parents.get(pid); at !== undefined && at > 1; at = parents.get(at)) {
      if (at === ancestor) return true;
    }
    return false;
  };
  return processes.find(({ pid, command }) => command.includes("/dynamic-provider") && descends(pid))?.pid;
}

/** @param {string} name */
async function describeProcess(name) {
  const [command, stat] = await Promise.all([textOf(`/proc/${name}/cmdline`), textOf(`/proc/${name}/stat`)]);
  const parent = Number(stat.slice(stat.lastIndexOf(")")).split(" ")[2] ?? "0");
  return { pid: Number(name), parent, command };
}

/** @param {number} pid */
async function peakMemory(pid) {
  const kilobytes = /VmHWM:\s+(\d+) kB/.exec(await textOf(`/proc/${pid}/status`))?.[1];
  return Number(kilobytes ?? "0") * 1024;
}

/**
 * @param {string} file
 * @returns {Promise<string>} empty when the process has ended meanwhile
 */
async function textOf(file) {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ESRCH"))
      return "";
    throw error;
  }
}

/**
 * The milliseconds that importing the package takes in a program that has Pulumi's SDK already, in fresh processes.
 *
 * @param {number} runs
 */
export async function measureImport(runs) {
  /** @type {number[]} */
  const times = [];
  while (times.length < runs) {
    const { stdout } = await promisify(execFile)(process.execPath, [IMPORT]);
    times.push(Number(stdout));
  }
  return { ...spreadOf(times), runs };
}
