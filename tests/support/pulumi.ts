import { mkdir, mkdtemp, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join, relative, resolve } from "node:path";
import { ensurePulumi, type PulumiCli, pulumiPathEntries } from "../../tools/pulumi-cli.mjs";
import { type CommandResult, describe, type RunningCommand, startCommand } from "./command";
import { type EngineActivity, type ExportedStack, parseEventLog, parseOutputs, parseStack } from "./engine";
import { copyOwnFiles, removeFolder, setUpIn } from "./folders";

/** The workspace's root folder. */
export const WORKSPACE = resolve(__dirname, "../..");

const STACK = "dev";
const FOREIGN_VARIABLES = /^(UP42_|PULUMI_)|^(https?|all|no)_proxy$/i;

/** What a project for an end-to-end test consists of. */
export interface ProjectOptions {
  /** The JavaScript (CommonJS) source of the program, or a folder that holds a whole Pulumi project to copy. */
  readonly program: string | { readonly folder: string };
  /** Stack configuration, such as `{ "up42:username": "…", "up42:password": { secret: "…" } }`. */
  readonly config?: Readonly<Record<string, string | { readonly secret: string }>>;
  /** More environment variables for every command. The caller's own `UP42_*`, `PULUMI_*` and proxies are dropped. */
  readonly env?: Readonly<Record<string, string>>;
}

/** How to run one command. */
export interface RunOptions {
  /** More arguments for the command. */
  readonly args?: readonly string[];
  /** More environment variables, for this command. */
  readonly env?: Readonly<Record<string, string>>;
  /** The command must fail, instead of having to succeed. */
  readonly expectFailure?: boolean;
}

/** How to run a command that changes the stack. */
export interface DeployOptions extends RunOptions {
  /** Preview before doing it; default false, since it doubles the time. */
  readonly preview?: boolean;
}

/** How a command that talks to the engine ended, and what the engine did. */
export type Deployment = CommandResult & EngineActivity;

/** A Pulumi project with one stack, "dev", in a temporary folder, driven by the real CLI. */
export interface PulumiProject {
  readonly folder: string;
  /** The environment of its commands, with `pulumi` on PATH; for commands that a user runs beside it. */
  readonly env: NodeJS.ProcessEnv;
  /** Replaces the program by other JavaScript source. */
  writeProgram(source: string): Promise<void>;
  /**
   * `pulumi up`, and so on. Each rejects, with the command's output in the message, when the command fails, or
   * with `expectFailure` when it succeeds.
   */
  up(options?: DeployOptions): Promise<Deployment>;
  preview(options?: RunOptions): Promise<Deployment>;
  refresh(options?: DeployOptions): Promise<Deployment>;
  destroy(options?: DeployOptions): Promise<Deployment>;
  /** Any other command, such as `run(["stack", "ls"])`. */
  run(command: readonly string[], options?: RunOptions): Promise<CommandResult>;
  /** Starts a command and does not wait for it, to interrupt it for instance. */
  start(command: readonly string[], options?: RunOptions): RunningCommand;
  /** The stack's outputs; secrets are "[secret]" unless shown. */
  outputs(options?: { showSecrets?: boolean }): Promise<Record<string, unknown>>;
  /** The state as `pulumi stack export` prints it, parsed and raw. */
  exportStack(): Promise<{ stack: ExportedStack; text: string }>;
  /** Every file Pulumi and the program left behind (states, backups, history, logs, settings) by relative path. */
  files(): Promise<Record<string, string>>;
  /** Kills what still runs and removes the folder. */
  dispose(): Promise<void>;
}

let cli: Promise<PulumiCli> | undefined;

/** Makes a project with an empty stack. Takes about half a second, twice that with configuration. */
export async function createProject(options: ProjectOptions): Promise<PulumiProject> {
  cli ??= ensurePulumi();
  const { binary, ...found } = await cli;
  const root = await mkdtemp(join(tmpdir(), "pulumi-up42-test-"));
  return await setUpIn(root, async () => {
    const folder = join(root, "project");
    await Promise.all(["project", "home", "state"].map((name) => mkdir(join(root, name))));
    await writeProject(folder, options.program);
    await symlink(join(WORKSPACE, "node_modules"), join(folder, "node_modules"), "dir");
    const pathEntries = await pulumiPathEntries({ binary, ...found }, folder);
    const project = new Project(root, folder, binary, { ...environment(root, pathEntries), ...options.env });
    await project.run(["stack", "init", STACK, "--no-select"]);
    await project.configure(options.config ?? {});
    return project;
  });
}

class Project implements PulumiProject {
  readonly #running = new Set<RunningCommand>();
  #logs = 0;

  constructor(
    private readonly root: string,
    readonly folder: string,
    private readonly binary: string,
    readonly env: NodeJS.ProcessEnv,
  ) {}

  async configure(config: NonNullable<ProjectOptions["config"]>): Promise<void> {
    const settings = Object.entries(config).flatMap(([key, value]) =>
      typeof value === "string" ? ["--plaintext", `${key}=${value}`] : ["--secret", `${key}=${value.secret}`],
    );
    if (settings.length > 0) await this.run(["config", "set-all", ...settings]);
  }

  writeProgram(source: string): Promise<void> {
    return writeFile(join(this.folder, "index.js"), source);
  }

  up(options: DeployOptions = {}): Promise<Deployment> {
    return this.#deploy("up", options);
  }

  refresh(options: DeployOptions = {}): Promise<Deployment> {
    return this.#deploy("refresh", options);
  }

  destroy(options: DeployOptions = {}): Promise<Deployment> {
    return this.#deploy("destroy", options);
  }

  preview(options: RunOptions = {}): Promise<Deployment> {
    return this.#engine(["preview"], options);
  }

  async run(command: readonly string[], options: RunOptions = {}): Promise<CommandResult> {
    const result = await this.start(command, options).result;
    if ((result.exitCode !== 0) !== (options.expectFailure ?? false)) {
      const expected = options.expectFailure ? "should have failed" : "failed";
      throw new Error(`"pulumi ${command.join(" ")}" ${expected}: ${describe(result)}`);
    }
    return result;
  }

  start(command: readonly string[], { args = [], env = {} }: RunOptions = {}): RunningCommand {
    const all = [...command, ...args, "--non-interactive", "--color", "never"];
    const running = startCommand(this.binary, all, { cwd: this.folder, env: { ...this.env, ...env } });
    this.#running.add(running);
    const forget = () => this.#running.delete(running);
    running.result.then(forget, forget);
    return running;
  }

  async outputs({ showSecrets = false } = {}): Promise<Record<string, unknown>> {
    const flags = showSecrets ? ["--show-secrets"] : [];
    return parseOutputs((await this.run(["stack", "output", "--json", ...flags])).stdout);
  }

  async exportStack(): Promise<{ stack: ExportedStack; text: string }> {
    const text = (await this.run(["stack", "export"])).stdout;
    return { stack: parseStack(text), text };
  }

  async files(): Promise<Record<string, string>> {
    const entries = await readdir(this.root, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    const texts = files.map(
      async (file) => [relative(this.root, file), await readFile(file, "utf8")] as const,
    );
    return Object.fromEntries(await Promise.all(texts));
  }

  async dispose(): Promise<void> {
    for (const running of this.#running) running.kill();
    await Promise.allSettled([...this.#running].map(({ result }) => result));
    await removeFolder(this.root);
  }

  #deploy(command: string, { preview = false, ...options }: DeployOptions): Promise<Deployment> {
    return this.#engine([command, "--yes", ...(preview ? [] : ["--skip-preview"])], options);
  }

  async #engine(command: readonly string[], options: RunOptions): Promise<Deployment> {
    this.#logs += 1;
    const log = join(this.root, `events-${this.#logs}.json`);
    // The event log is an option of Pulumi's that has to be unlocked.
    const env = { ...options.env, PULUMI_DEBUG_COMMANDS: "true" };
    const result = await this.run([...command, "--event-log", log], { ...options, env });
    return { ...result, ...parseEventLog(await readFile(log, "utf8")) };
  }
}

async function writeProject(folder: string, program: ProjectOptions["program"]): Promise<void> {
  if (typeof program !== "string") {
    await copyOwnFiles(program.folder, folder);
    return;
  }
  await writeFile(join(folder, "Pulumi.yaml"), "name: test\nruntime: nodejs\n");
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "test", main: "index.js" }));
  await writeFile(join(folder, "index.js"), program);
}

function environment(root: string, pathEntries: readonly string[]): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !FOREIGN_VARIABLES.test(name));
  return {
    ...Object.fromEntries(own),
    PATH: [...pathEntries, process.env.PATH ?? ""].join(delimiter),
    NO_COLOR: "1",
    PULUMI_HOME: join(root, "home"),
    PULUMI_STACK: STACK,
    PULUMI_BACKEND_URL: `file://${join(root, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "a passphrase for tests",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
}
