import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import type { CommandResult } from "../../tools/process.mjs";
import {
  createProject as create,
  PulumiProject as Driver,
  type RunOptions,
  WORKSPACE,
} from "../../tools/pulumi-project.mjs";
import { withQuickHost } from "./dynamic-host";
import { type EngineActivity, type ExportedStack, parseEventLog, parseOutputs, parseStack } from "./engine";
import { copyOwnFiles } from "./folders";
import type { Listening } from "./listen";
import { QUICKER_COMMANDS } from "./user-environment";
import { startVault, VAULT_KEY } from "./vault";

export { WORKSPACE };

/** The folder of the compiled plugin, with its executable. */
export const PLUGIN_FOLDER = join(WORKSPACE, "provider");

/** The runtime of a program in JavaScript, which starts sooner without a compiler. */
export const JAVASCRIPT = { name: "nodejs", options: { typescript: false } };

/** The files of a Pulumi project, `Pulumi.yaml` among them: their contents by their paths. */
export type ProjectFiles = Readonly<Record<string, string>>;

/** What a project for an end-to-end test consists of. */
export interface ProjectOptions {
  /**
   * The JavaScript (CommonJS) source of the program, or a folder that holds a whole Pulumi project to copy, or the files
   * of one in another language.
   */
  readonly program: string | { readonly folder: string } | { readonly files: ProjectFiles };
  /** Stack configuration, such as `{ "up42:username": "…", "up42:password": { secret: "…" } }`. */
  readonly config?: Readonly<Record<string, string | { readonly secret: string }>>;
  /** Runs the program elsewhere than in a process for each command; see program-host.ts. */
  readonly hostProgram?: (folder: string) => Promise<string>;
  /** Whether Pulumi's dynamic host starts as it is published, instead of sooner; see dynamic-host.ts; default: `false`. */
  readonly publishedHost?: boolean;
  /** More environment variables for every command. The caller's own `UP42_*`, `PULUMI_*` and proxies are dropped. */
  readonly env?: Readonly<Record<string, string>>;
}

/** What `pulumi stack init` wrote, by project and stack: only the first of its kind in a test file runs it. */
const EMPTY_STACKS = new Map<string, ProjectFiles>();

/** How to run a command that changes the stack. */
export interface DeployOptions extends RunOptions {
  /** Preview before doing it; default false, since it doubles the time. */
  readonly preview?: boolean;
}

/** How a command that talks to the engine ended, and what the engine did. */
export type Deployment = CommandResult & EngineActivity;

/** Makes a project with one stack, "dev". */
export async function createProject({
  program,
  hostProgram,
  publishedHost = false,
  env = {},
  ...settings
}: ProjectOptions): Promise<PulumiProject> {
  const write = async (folder: string): Promise<void> => {
    await writeProject(folder, program);
    await symlink(join(WORKSPACE, "node_modules"), join(folder, "node_modules"), "dir");
  };
  const environment = { ...QUICKER_COMMANDS, ...env };
  const project = await create({ write, languages: true, env: environment, ...settings }, PulumiProject);
  if (!publishedHost) {
    project.env = await withQuickHost(project.env);
  }
  if (hostProgram !== undefined) {
    project.client = [await hostProgram(project.folder)];
  }
  return project;
}

/** The driver, with what tests look at: the engine's events, the state, and what is left in files. */
export class PulumiProject extends Driver {
  /** What leads the CLI to the program, when it is not to run it in a process of its own. */
  client: readonly string[] = [];
  #logs = 0;
  #vault: Listening | undefined;

  /** Makes a stack, whose secrets need no passphrase unless it is in a backend of the test's own. */
  override async init(stack: string): Promise<void> {
    if (this.env.PULUMI_BACKEND_URL !== `file://${join(this.root, "state")}`) {
      return await super.init(stack);
    }
    this.#vault ??= await startVault();
    this.env = { ...this.env, VAULT_ADDR: this.#vault.url };
    const kind = JSON.stringify([await readFile(join(this.folder, "Pulumi.yaml"), "utf8"), stack]);
    const made = EMPTY_STACKS.get(kind);
    if (made !== undefined) {
      return await writeFiles(this.root, made);
    }
    await this.run(["stack", "init", stack, "--no-select", "--secrets-provider", VAULT_KEY]);
    const isOfStack = ([name]: [string, string]) => /^state\/|^project\/Pulumi\.[^/]+\.yaml$/.test(name);
    EMPTY_STACKS.set(kind, Object.fromEntries(Object.entries(await this.files()).filter(isOfStack)));
  }

  override async dispose(): Promise<void> {
    await super.dispose();
    await this.#vault?.close();
  }

  /** Replaces the program by other JavaScript source. */
  writeProgram(source: string): Promise<void> {
    return writeFile(join(this.folder, "index.js"), source);
  }

  /** Writes files of the project. */
  writeFiles(files: ProjectFiles): Promise<void> {
    return writeFiles(this.folder, files);
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

  /** The stack's outputs; secrets are "[secret]" unless shown. */
  async outputs({ showSecrets = false } = {}): Promise<Record<string, unknown>> {
    const flags = showSecrets ? ["--show-secrets"] : [];
    return parseOutputs((await this.run(["stack", "output", "--json", ...flags])).stdout);
  }

  /** The state as `pulumi stack export` prints it, parsed and raw. */
  async exportStack(): Promise<{ stack: ExportedStack; text: string }> {
    const text = (await this.run(["stack", "export"])).stdout;
    return { stack: parseStack(text), text };
  }

  /** Every file that Pulumi and the program wrote (states, backups, history, logs, settings) by relative path. */
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

  #deploy(command: string, { preview = false, ...options }: DeployOptions): Promise<Deployment> {
    return this.#engine([command, "--yes", ...(preview ? [] : ["--skip-preview"])], options);
  }

  async #engine(command: readonly string[], options: RunOptions): Promise<Deployment> {
    this.#logs += 1;
    const log = join(this.root, `events-${this.#logs}.json`);
    // The event log is an option of Pulumi's that has to be unlocked.
    const env = { ...options.env, PULUMI_DEBUG_COMMANDS: "true" };
    const client = ["up", "preview"].includes(command[0] ?? "") ? this.client : [];
    const result = await this.run([...command, ...client, "--event-log", log], { ...options, env });
    return { ...result, ...parseEventLog(await readFile(log, "utf8")) };
  }
}

async function writeProject(folder: string, program: ProjectOptions["program"]): Promise<void> {
  if (typeof program === "string") {
    await writeFiles(folder, {
      "Pulumi.yaml": JSON.stringify({ name: "test", runtime: JAVASCRIPT }),
      "package.json": JSON.stringify({ name: "test", main: "index.js" }),
      "index.js": program,
    });
  } else if ("files" in program) {
    await writeFiles(folder, program.files);
  } else {
    await copyOwnFiles(program.folder, folder);
  }
}

async function writeFiles(folder: string, files: ProjectFiles): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
}
