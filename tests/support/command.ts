import { type ChildProcess, spawn } from "node:child_process";
import { descendants, signalAll } from "./processes";

/** What a finished command left behind. */
export interface CommandResult {
  /** `null` when a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that may still be running. */
export interface RunningCommand {
  readonly pid: number;
  /** Settles when the command has ended and its output is complete, whatever its exit code. */
  readonly result: Promise<CommandResult>;
  /** Resolves once the output so far matches; rejects when the command ends without. */
  waitForOutput(pattern: RegExp): Promise<void>;
  /** Sends a signal to the command and all it started; does nothing when it has ended. */
  kill(signal?: NodeJS.Signals): void;
}

/**
 * Starts a command as the leader of its own process group, so that nothing it starts can outlive a `kill`.
 *
 * @throws {Error} (as a rejection of `result`) when the command cannot be started
 */
export function startCommand(
  command: string,
  args: readonly string[],
  { cwd, env }: { cwd: string; env: NodeJS.ProcessEnv },
): RunningCommand {
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const kill = (signal: NodeJS.Signals = "SIGKILL"): void => killTree(child, signal);
  const killOnExit = (): void => kill();
  process.once("exit", killOnExit);
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      output[name] += text;
    });
  }
  const result = new Promise<CommandResult>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode) => resolve({ exitCode, ...output }));
  }).finally(() => process.removeListener("exit", killOnExit));
  const waitForOutput = (pattern: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (pattern.test(output.stdout + output.stderr)) resolve();
      };
      child.stdout.on("data", look);
      child.stderr.on("data", look);
      result.then(
        (ended) => reject(new Error(`The command ended without ${pattern}:\n${describe(ended)}`)),
        reject,
      );
      look();
    });
  return { pid: child.pid ?? -1, result, waitForOutput, kill };
}

/** A command's output for an error message. */
export function describe({ exitCode, stdout, stderr }: CommandResult): string {
  return `exit code ${exitCode}\n--- stdout\n${stdout}\n--- stderr\n${stderr}`;
}

function killTree({ pid, exitCode, signalCode }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  // Pulumi's language host has a process group of its own, and nobody is left to end it when the CLI is killed.
  const others = signal === "SIGKILL" ? descendants(pid) : [];
  signalAll([-pid, ...others.map((one) => one.pid)], signal);
}
