import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { basename, delimiter, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { ensurePulumi, pulumiPathEntries } from "../pulumi-cli.mjs";

/** As long as a command may take to stop after Ctrl-C, before it is killed. */
const STOP_MS = 10_000;
const PASSPHRASE = "demo";
const STACK = "demo";
/** The user's own settings have no part in the demo, and nothing in it leaves this machine. */
const FOREIGN_VARIABLES = /^(UP42_|PULUMI_)|^(https?|all|no)_proxy$/i;

/**
 * What a command printed and how it ended.
 * @typedef {{ exitCode: number | null, output: string }} Finished
 */

/**
 * A stack of its own: its project, state, login and Pulumi home are all in one folder.
 * @typedef {object} DemoStack
 * @property {string} folder where its Pulumi.yaml is
 * @property {readonly string[]} pathEntries what PATH needs in front, to work with it in another shell
 * @property {Readonly<Record<string, string>>} variables and the other environment variables
 * @property {(plain: Record<string, string>, secret?: Record<string, string>) => Promise<void>} configure
 * @property {(...command: string[]) => Promise<Finished>} run shows the command and its output as it comes
 * @property {() => Promise<Record<string, unknown>>} outputs
 */

/**
 * @param {object} options
 * @param {string} options.root an empty folder for it
 * @param {string} options.program the folder of the Pulumi project to deploy
 * @param {import("./terminal.mjs").Terminal} options.terminal
 * @param {AbortSignal} options.signal stops the command that runs, and refuses further ones
 * @returns {Promise<DemoStack>}
 */
export async function createStack({ root, program, terminal, signal }) {
  const cli = await ensurePulumi();
  const folder = join(root, basename(program));
  const temporary = join(root, "tmp");
  await Promise.all([folder, temporary, join(root, "home"), join(root, "state")].map((path) => mkdir(path)));
  // The stack's settings are kept beside this file, the program runs where it is.
  await writeFile(
    join(folder, "Pulumi.yaml"),
    `name: up42-webhook\nruntime: nodejs\nmain: ${JSON.stringify(program)}\n`,
  );
  const pathEntries = [...new Set([...(await pulumiPathEntries(cli, program)), dirname(cli.binary)])];
  const variables = {
    PULUMI_HOME: join(root, "home"),
    PULUMI_BACKEND_URL: `file://${join(root, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
  const own = Object.entries(process.env).filter(([name]) => !FOREIGN_VARIABLES.test(name));
  const env = {
    ...Object.fromEntries(own),
    ...variables,
    PATH: [...pathEntries, process.env.PATH ?? ""].join(delimiter),
    // A command that is stopped leaves temporary files behind.
    TMPDIR: temporary,
  };

  /**
   * @param {readonly string[]} command
   * @param {(line: string) => void} [onLine]
   */
  const pulumi = (command, onLine = () => undefined) =>
    runUntil(
      signal,
      { binary: cli.binary, args: [...command, "--non-interactive"], cwd: folder, env },
      onLine,
    );

  /** @param {string[]} command */
  const quietly = async (...command) => {
    const { exitCode, output } = await pulumi(command);
    if (exitCode !== 0) throw new Error(`"pulumi ${command[0]} ${command[1]}" failed:\n${output}`);
    return output;
  };

  await quietly("stack", "init", STACK);
  return {
    folder,
    pathEntries,
    variables,
    configure: async (plain, secret = {}) => {
      const flags = [...flagsFor("--plaintext", plain), ...flagsFor("--secret", secret)];
      await quietly("config", "set-all", ...flags);
    },
    run: async (...command) => {
      terminal.command(`pulumi ${command.join(" ")}`);
      const color = terminal.color ? "always" : "never";
      return await pulumi([...command, "--color", color, "--suppress-progress"], terminal.output);
    },
    outputs: async () => JSON.parse(await quietly("stack", "output", "--json")),
  };
}

/**
 * @param {string} flag
 * @param {Record<string, string>} values
 */
function flagsFor(flag, values) {
  return Object.entries(values).flatMap(([key, value]) => [flag, `${key}=${value}`]);
}

/**
 * Runs a command to its end, or until the signal stops it.
 *
 * @param {AbortSignal} signal
 * @param {{ binary: string, args: string[], cwd: string, env: NodeJS.ProcessEnv }} command
 * @param {(line: string) => void} onLine gets its output, empty lines left out
 * @returns {Promise<Finished>}
 * @throws the signal's reason, when it was stopped; nothing that it started is left then
 */
async function runUntil(signal, { binary, args, cwd, env }, onLine) {
  signal.throwIfAborted();
  // In a process group of its own, so that the terminal's Ctrl-C reaches us alone: Pulumi, asked once, ends what it
  // has started; asked twice, it does not.
  const child = spawn(binary, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const closed = once(child, "close");
  /** @type {string[]} */
  const lines = [];
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on("line", (line) => {
      lines.push(line);
      if (line.trim() !== "" && !signal.aborted) onLine(line);
    });
  }
  /** @type {NodeJS.Timeout | undefined} */
  let killing;
  const stop = () => {
    child.kill("SIGINT");
    killing = setTimeout(() => killGroup(child.pid), STOP_MS);
  };
  const killOnExit = () => killGroup(child.pid);
  signal.addEventListener("abort", stop, { once: true });
  process.once("exit", killOnExit);
  try {
    const [exitCode] = await closed;
    signal.throwIfAborted();
    return { exitCode, output: lines.join("\n") };
  } finally {
    clearTimeout(killing);
    signal.removeEventListener("abort", stop);
    process.removeListener("exit", killOnExit);
  }
}

/** @param {number | undefined} pid */
function killGroup(pid) {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    // ESRCH: it has just ended.
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
