import { execFileSync, spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";

/**
 * What a finished command left behind.
 * @typedef {object} CommandResult
 * @property {number | null} exitCode `null` when a signal ended it
 * @property {string} stdout
 * @property {string} stderr
 */

/**
 * A command that may still be running.
 * @typedef {object} RunningCommand
 * @property {number} pid
 * @property {Promise<CommandResult>} result settles when the command has ended and its output is complete, whatever its
 *   exit code; rejects when the command cannot be started
 * @property {(pattern: RegExp) => Promise<RegExpExecArray>} waitForOutput resolves with the match once the output so far
 *   has one; rejects when the command ends without
 * @property {(signal?: NodeJS.Signals) => void} kill sends a signal (default: SIGKILL) to the command and all it started;
 *   does nothing when it has ended
 */

/**
 * Starts a command without a shell and without input. It ends with this process at the latest.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {object} [options]
 * @param {string} [options.cwd]
 * @param {NodeJS.ProcessEnv} [options.env] default: this process's
 * @param {boolean} [options.ownGroup] whether the command leads a process group, so that nothing it starts outlives a
 *   `kill`, and Ctrl-C in the terminal does not reach it; default: `true`
 * @param {(line: string) => void} [options.onLine] gets each line of both outputs as it comes
 * @returns {RunningCommand}
 */
export function startCommand(
  command,
  args,
  { cwd, env = process.env, ownGroup = true, onLine = () => undefined } = {},
) {
  const child = spawn(command, args, { cwd, env, detached: ownGroup, stdio: ["ignore", "pipe", "pipe"] });
  const kill = (/** @type {NodeJS.Signals} */ signal = "SIGKILL") => {
    const { pid, exitCode, signalCode } = child;
    if (pid === undefined || exitCode !== null || signalCode !== null) {
      return;
    }
    // Pulumi's language host has a process group of its own, and nothing ends it when the CLI is killed.
    const others = signal === "SIGKILL" ? descendants(pid).map((one) => one.pid) : [];
    signalAll([ownGroup ? -pid : pid, ...others], signal);
  };
  const killOnExit = () => kill();
  process.once("exit", killOnExit);
  const output = { stdout: "", stderr: "" };
  for (const name of /** @type {const} */ (["stdout", "stderr"])) {
    child[name].setEncoding("utf8").on("data", (text) => {
      output[name] += text;
    });
    createInterface({ input: child[name] }).on("line", onLine);
  }
  /** @type {Promise<CommandResult>} */
  const ended = new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode) => resolve({ exitCode, ...output }));
  });
  const result = ended.finally(() => process.removeListener("exit", killOnExit));
  /** @type {RunningCommand["waitForOutput"]} */
  const waitForOutput = (pattern) =>
    new Promise((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(output.stdout + output.stderr);
        if (match === null) {
          return;
        }
        for (const stream of [child.stdout, child.stderr]) {
          stream.off("data", look);
        }
        resolve(match);
      };
      child.stdout.on("data", look);
      child.stderr.on("data", look);
      const complain = (/** @type {CommandResult} */ end) =>
        reject(new Error(`The command ended without ${pattern}:\n${describeResult(end)}`));
      result.then(complain, reject);
      look();
    });
  return { pid: child.pid ?? -1, result, waitForOutput, kill };
}

/**
 * Runs a command to its end.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs?: number, onLine?: (line: string) => void }} [options]
 *   `timeoutMs` ends the command, default: never; the others as in {@link startCommand}
 * @returns {Promise<CommandResult>}
 * @throws {Error} when the command cannot be started
 */
export async function runCommand(command, args, { timeoutMs, ...options } = {}) {
  // In this process's group: Ctrl-C ends both.
  const running = startCommand(command, args, { ...options, ownGroup: false });
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => running.kill("SIGTERM"), timeoutMs);
  return await running.result.finally(() => clearTimeout(timer));
}

/** A command's whole output, for an error message. @param {CommandResult} result */
export function describeResult({ exitCode, stdout, stderr }) {
  return `exit code ${exitCode}\n--- stdout\n${stdout}\n--- stderr\n${stderr}`;
}

/**
 * The end of a command's output, short enough for an error message.
 *
 * @param {CommandResult} result
 * @param {number} [lines] how many lines to keep, default 25
 */
export function outputTail({ stdout, stderr }, lines = 25) {
  return `${stdout}\n${stderr}`.trim().split("\n").slice(-lines).join("\n");
}

/**
 * The processes that a process started, and those that they started.
 *
 * @param {number} root
 * @returns {readonly { pid: number, command: string }[]}
 */
export function descendants(root) {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" }).split("\n");
  const all = lines.flatMap((line) => {
    const [, pid, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return command === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
  });
  /** @type {{ pid: number, command: string }[]} */
  const found = [];
  const parents = [root];
  for (let parent = parents.shift(); parent !== undefined; parent = parents.shift()) {
    const children = all.filter((one) => one.parent === parent);
    found.push(...children.map(({ pid, command }) => ({ pid, command })));
    parents.push(...children.map(({ pid }) => pid));
  }
  return found;
}

/**
 * Whether a process runs. One that has ended, and whose parent has not read its exit code, does not.
 *
 * @param {number} pid
 */
export function isRunning(pid) {
  const { stdout: state } = spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" });
  return !/^(Z|\s*$)/.test(state);
}

/**
 * Sends a signal to processes, or to process groups by their negative id, that may have ended by themselves.
 *
 * @param {readonly number[]} pids
 * @param {NodeJS.Signals} signal
 */
export function signalAll(pids, signal) {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      // Not `instanceof Error`: Node.js's own errors are of another realm than Jest's. ESRCH: the process has ended.
      if (Object(error).code !== "ESRCH") {
        throw error;
      }
    }
  }
}

/**
 * Runs a tool's main function: an error becomes one readable message and exit code 1.
 *
 * @param {() => Promise<void>} main
 */
export async function runMain(main) {
  try {
    await main();
  } catch (error) {
    console.error(`\n${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
