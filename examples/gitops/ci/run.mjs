import { spawn } from "node:child_process";

/**
 * Runs a command and keeps what it prints.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ quiet?: boolean }} [options] `quiet` keeps standard output out of the job's log
 * @returns {Promise<{ exitCode: number, stdout: string, stderr: string, output: string }>} `output` is both, in order
 * @throws {Error} when it cannot be started
 */
export function run(command, args, { quiet = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    const result = { stdout: "", stderr: "", output: "" };
    child.stdout.setEncoding("utf8").on("data", (text) => {
      if (!quiet) process.stdout.write(text);
      result.stdout += text;
      result.output += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      process.stderr.write(text);
      result.stderr += text;
      result.output += text;
    });
    child.once("error", reject);
    child.once("close", (exitCode) => resolve({ exitCode: exitCode ?? 1, ...result }));
  });
}

/**
 * Previews the stack's next deployment, which compares with what UP42 has, not only with the state.
 *
 * @param {readonly string[]} [args] more arguments for `pulumi preview`
 */
export function preview(args = []) {
  return run("pulumi", ["preview", "--refresh", "--diff", "--non-interactive", "--color", "never", ...args]);
}

/**
 * Runs a script's main function: an error becomes one readable line and exit code 1.
 *
 * @param {() => Promise<number | void>} main returns the exit code, default 0
 */
export async function runMain(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
