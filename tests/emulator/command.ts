import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

const COMMAND = join(__dirname, "../../emulator/bin/up42-emulator.js");

/** The command `up42-emulator`, running or ended. */
export interface RunningCommand {
  /** What it has written to stdout, once that matches; rejects when the command ends before. */
  output(pattern: RegExp): Promise<string>;
  readonly result: Promise<{ exitCode: number | null; stdout: string; stderr: string }>;
  kill(signal?: NodeJS.Signals): void;
  /** Stops reading what it writes, as `head` does when it has enough. */
  closeOutput(): void;
}

/** Starts the built command in a folder. */
export function startEmulatorCommand(cwd: string, args: readonly string[]): RunningCommand {
  const child = spawn(process.execPath, [COMMAND, ...args], { cwd, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text;
  });
  const result = once(child, "close").then(() => ({ exitCode: child.exitCode, stdout, stderr }));
  return {
    output: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (pattern.test(stdout)) {
            resolve(stdout);
          }
        };
        child.stdout.on("data", look);
        result.then(() => reject(new Error(`It ended without ${pattern}:\n${stdout}${stderr}`)), reject);
        look();
      }),
    result,
    kill: (signal = "SIGKILL") => child.kill(signal),
    closeOutput: () => child.stdout.destroy(),
  };
}
