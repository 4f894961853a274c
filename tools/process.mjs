import { spawn } from "node:child_process";

/**
 * Commands that run now; they end with this process, whatever ends it.
 *
 * @type {Set<import("node:child_process").ChildProcess>}
 */
const running = new Set();
process.on("exit", () => {
  for (const child of running) child.kill();
});

/**
 * What a finished command left behind.
 * @typedef {object} CommandResult
 * @property {number | null} exitCode `null` when a signal ended it
 * @property {string} stdout
 * @property {string} stderr
 */

/**
 * Runs a command to its end, without a shell and without input.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs?: number, onStderr?: (text: string) => void }} [options]
 *   `env` defaults to this process's; `timeoutMs` ends the command with SIGTERM, default: never
 * @returns {Promise<CommandResult>}
 * @throws {Error} when the command cannot be started at all
 */
export function runCommand(command, args, { cwd, env = process.env, timeoutMs, onStderr } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    running.add(child);
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => child.kill(), timeoutMs);
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      stderr += text;
      onStderr?.(text);
    });
    child.once("error", (error) => {
      running.delete(child);
      clearTimeout(timer);
      reject(error);
    });
    child.once("close", (exitCode) => {
      running.delete(child);
      clearTimeout(timer);
      resolve({ exitCode, stdout, stderr });
    });
  });
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
