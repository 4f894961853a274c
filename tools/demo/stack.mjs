import { mkdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { signalAll } from "../process.mjs";
import { createProject, PulumiProject } from "../pulumi-project.mjs";

/** As long as a command may take to stop after Ctrl-C, before it is killed. */
const STOP_MS = 10_000;

/**
 * Makes the demo's stack; the program runs where it is.
 *
 * @param {{ program: string, terminal: import("./terminal.mjs").Terminal, signal: AbortSignal }} options
 *   `program` is the folder of the Pulumi project to deploy; `signal` stops the command that runs, and refuses others
 */
export async function createStack({ program, terminal, signal }) {
  signal.throwIfAborted();
  const main = JSON.stringify(program);
  const write = (/** @type {string} */ folder) =>
    writeFile(join(folder, "Pulumi.yaml"), `name: ${basename(program)}\nruntime: nodejs\nmain: ${main}\n`);
  const stack = await createProject({ write, stack: "demo", color: terminal.color }, DemoStack);
  stack.terminal = terminal;
  stack.signal = signal;
  return stack;
}

/** A stack whose commands are shown with their output as it comes. */
export class DemoStack extends PulumiProject {
  /** @type {import("./terminal.mjs").Terminal | undefined} */
  terminal;
  /** @type {AbortSignal} */
  signal = new AbortController().signal;

  /**
   * Shows a command and its output, until it ends or the signal stops it.
   *
   * @param {string[]} command
   * @returns {Promise<{ exitCode: number | null, output: string }>}
   * @throws the signal's reason when it was stopped; nothing that it started is left then
   */
  async show(...command) {
    // A command that is stopped leaves temporary files behind.
    const temporary = join(this.root, "tmp");
    await mkdir(temporary, { recursive: true });
    this.signal.throwIfAborted();
    this.terminal?.command(`pulumi ${command.join(" ")}`);
    const onLine = (/** @type {string} */ line) => {
      if (line.trim() !== "" && !this.signal.aborted) {
        this.terminal?.output(line);
      }
    };
    const running = this.start(command, {
      args: ["--suppress-progress"],
      env: { TMPDIR: temporary },
      onLine,
    });
    /** @type {NodeJS.Timeout | undefined} */
    let killing;
    const stop = () => {
      // The CLI alone: asked once, it ends what it has started.
      signalAll([running.pid], "SIGINT");
      killing = setTimeout(running.kill, STOP_MS);
    };
    this.signal.addEventListener("abort", stop, { once: true });
    const { exitCode, stdout, stderr } = await running.result;
    clearTimeout(killing);
    this.signal.removeEventListener("abort", stop);
    this.signal.throwIfAborted();
    return { exitCode, output: `${stdout}\n${stderr}` };
  }

  /** The stack's outputs. */
  async outputs() {
    return JSON.parse((await this.run(["stack", "output", "--json"])).stdout);
  }
}
