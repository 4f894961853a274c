import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type CommandResult,
  describeResult,
  type RunningCommand,
  startCommand,
} from "../../tools/process.mjs";

/**
 * How a README's commands are run:
 * "run" (```sh) in order, to a successful end; "background" (```sh background) kept running, and the next block starts
 * when its first line of output is there; "account" (```sh account) not at all, since it needs what a test cannot have.
 */
export type BlockKind = "run" | "background" | "account";

/** One fenced block of shell commands. */
export interface Block {
  readonly kind: BlockKind;
  readonly commands: string;
  /** The line of the README on which the block begins, for messages. */
  readonly line: number;
}

/** Where and how to run blocks. */
export interface RunOptions {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  /** Called after the first block that is run to its end. */
  readonly afterFirst?: () => Promise<void>;
  /** Called before the last block that is run to its end, which removes what the others have made. */
  readonly beforeLast?: () => Promise<void>;
  /** Called when all have run, while those in the background still do. */
  readonly beforeStop: () => Promise<void>;
  /** How long each may take; default: ten minutes. */
  readonly timeoutMs?: number;
}

/** How a README's blocks ended. */
export interface ReadmeRun {
  /** Of the blocks that ran to their end, in order. */
  readonly results: readonly CommandResult[];
  /** What the blocks in the background wrote, all of it, until they were stopped. */
  readonly background: readonly CommandResult[];
}

const FENCE = /^```sh(?: ([^\n]+))?\n(.*?)^```$/gms;

/**
 * Finds the blocks of shell commands in a README, in order.
 *
 * @throws {Error} naming the line of a block that is marked in a way that isn't known
 */
export function readmeBlocks(readme: string): Block[] {
  return [...readme.matchAll(FENCE)].map(({ index, 1: mark = "run", 2: commands = "" }) => {
    const line = readme.slice(0, index).split("\n").length;
    if (mark !== "run" && mark !== "background" && mark !== "account") {
      throw new Error(
        `Line ${line}: a block of commands is "sh", "sh background" or "sh account", not "sh ${mark}".`,
      );
    }
    return { kind: mark, commands, line };
  });
}

/**
 * Runs a README's blocks in a folder. What a block exports, and the folder it changes to, holds for those after it.
 *
 * @throws {Error} with the commands and their output, when a block fails, takes too long (in the background: to its
 * first line of output), or should stay in the background and does not
 */
export async function runBlocks(
  blocks: readonly Block[],
  { folder, env, afterFirst, beforeLast, beforeStop, timeoutMs = 600_000 }: RunOptions,
): Promise<ReadmeRun> {
  const shell = await Shell.open(folder, env, timeoutMs);
  try {
    const results: CommandResult[] = [];
    const last = blocks.findLast(({ kind }) => kind === "run");
    for (const block of blocks) {
      if (block === last) {
        await beforeLast?.();
      }
      if (block.kind === "background") {
        await shell.startInBackground(block);
      }
      if (block.kind === "run") {
        results.push(await shell.run(block));
        if (results.length === 1) {
          await afterFirst?.();
        }
      }
    }
    await beforeStop();
    return { results, background: await shell.stopBackground() };
  } finally {
    await shell.close();
  }
}

/** A block that stays in the background. */
interface Background {
  readonly block: Block;
  readonly running: RunningCommand;
  /** How it ended, if it has. */
  ended?: CommandResult;
}

/** A shell that seems to be one over many blocks, each of which is a process of its own. */
class Shell {
  readonly #background: Background[] = [];

  private constructor(
    private readonly stateFolder: string,
    private readonly folder: string,
    private readonly env: NodeJS.ProcessEnv,
    private readonly timeoutMs: number,
  ) {}

  static async open(folder: string, env: NodeJS.ProcessEnv, timeoutMs: number): Promise<Shell> {
    const stateFolder = await mkdtemp(join(tmpdir(), "pulumi-up42-shell-"));
    await writeFile(join(stateFolder, "state"), "");
    return new Shell(stateFolder, folder, env, timeoutMs);
  }

  async run(block: Block): Promise<CommandResult> {
    const remember = `{ export -p; printf "cd '%s'\\n" "$PWD"; } > '${this.#state}'`;
    const running = this.#start(`${block.commands}\n${remember}`);
    const limit = new TimeLimit(running, this.timeoutMs);
    const result = await running.result.finally(() => limit.end());
    if (limit.isOver) {
      throw new Error(`${quote(block)}\ndid not end in time: ${describeResult(result)}`);
    }
    // What should be running in the background and is not, is the reason why others fail.
    this.#background.forEach(requireRunning);
    if (result.exitCode !== 0) {
      throw new Error(`${quote(block)}\nfailed: ${describeResult(result)}`);
    }
    return result;
  }

  async startInBackground(block: Block): Promise<void> {
    const running = this.#start(block.commands);
    const background: Background = { block, running };
    this.#background.push(background);
    running.result.then(
      (result) => {
        background.ended = result;
      },
      // The line below reports that it could not be started.
      () => undefined,
    );
    const limit = new TimeLimit(running, this.timeoutMs);
    try {
      await running.waitForOutput(/\n/);
    } catch (error) {
      const what = limit.isOver ? "printed no line in time" : "ended without a line of output";
      throw new Error(`${quote(block)}\n${what}: ${describeResult(await running.result)}`, { cause: error });
    } finally {
      limit.end();
    }
  }

  /** Stops what is in the background, and gives what it wrote. */
  async stopBackground(): Promise<CommandResult[]> {
    this.#background.forEach(requireRunning);
    for (const { running } of this.#background) {
      running.kill();
    }
    return await Promise.all(this.#background.map(({ running }) => running.result));
  }

  async close(): Promise<void> {
    for (const { running } of this.#background) {
      running.kill();
    }
    await Promise.allSettled(this.#background.map(({ running }) => running.result));
    await rm(this.stateFolder, { recursive: true, force: true });
  }

  get #state(): string {
    return join(this.stateFolder, "state");
  }

  #start(commands: string): RunningCommand {
    const script = `. '${this.#state}'\n${commands}`;
    return startCommand("sh", ["-e", "-c", script], { cwd: this.folder, env: this.env });
  }
}

function requireRunning({ block, ended }: Background): void {
  if (ended !== undefined) {
    throw new Error(`${quote(block)}\nended by itself: ${describeResult(ended)}`);
  }
}

/** Kills a command when its time is over. */
class TimeLimit {
  readonly #timer: NodeJS.Timeout;
  isOver = false;

  constructor(running: RunningCommand, timeoutMs: number) {
    this.#timer = setTimeout(() => {
      this.isOver = true;
      running.kill();
    }, timeoutMs);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

function quote({ commands, line }: Block): string {
  return `The commands on line ${line} of the README\n${commands.trimEnd()}`;
}
