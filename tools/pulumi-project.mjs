import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describeResult, startCommand } from "./process.mjs";
import { pulumiPathEntries, requireLanguageHosts, requirePulumi } from "./pulumi-cli.mjs";

/** @typedef {import("./process.mjs").CommandResult} CommandResult */
/** @typedef {import("./process.mjs").RunningCommand} RunningCommand */

/** The workspace's root folder. */
export const WORKSPACE = dirname(dirname(fileURLToPath(import.meta.url)));

/** What the user, npm, Jest or a CI sets, and what would change how the CLI and its programs behave. */
const FOREIGN_VARIABLES =
  /^(UP42_|PULUMI_|JEST_|GITHUB_|GITLAB_|YARN_|CI$|CI_|NODE_(ENV|OPTIONS|PATH)$|INIT_CWD$|npm_(lifecycle|package|command)|npm_config_local_prefix$)/;
/** What leads to other machines. Node.js 20 reads the certificates in each process, which takes longer than it starts. */
const NETWORK_VARIABLES = /^((https?|all|no)_proxy|NODE_EXTRA_CA_CERTS)$/i;

/**
 * This process's environment without what would lead a command elsewhere.
 *
 * @param {{ network?: boolean }} [options] whether to keep the settings of proxies and certificates, for commands that
 *   talk to more than this machine; default: `false`
 * @returns {Record<string, string | undefined>}
 */
export function ownEnvironment({ network = false } = {}) {
  const own = Object.entries(process.env).filter(
    ([name]) => !FOREIGN_VARIABLES.test(name) && (network || !NETWORK_VARIABLES.test(name)),
  );
  return Object.fromEntries(own);
}

/**
 * What separates Pulumi from the user's own login, stacks and plugins: all of it is in one folder.
 *
 * @param {string} root
 */
export function pulumiVariables(root) {
  return {
    PULUMI_HOME: join(root, "home"),
    PULUMI_BACKEND_URL: `file://${join(root, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "a passphrase for tests",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
}

/**
 * What a project consists of.
 * @typedef {object} ProjectSettings
 * @property {(folder: string) => Promise<void>} write writes `Pulumi.yaml` and the program into the project's folder
 * @property {Readonly<Record<string, string | { readonly secret: string }>>} [config] the stack's configuration
 * @property {Readonly<Record<string, string>>} [env] more environment variables for every command
 * @property {string} [stack] the stack's name, default: "dev"
 * @property {boolean} [languages] whether it needs the language hosts for YAML, Python and Go, default: `false`
 * @property {boolean} [color] whether the CLI's output has colors, default: `false`
 */

/**
 * How to run one command.
 * @typedef {object} RunOptions
 * @property {readonly string[]} [args] more arguments
 * @property {Readonly<Record<string, string>>} [env] more environment variables
 * @property {boolean} [expectFailure] whether the command must fail, instead of having to succeed
 * @property {(line: string) => void} [onLine] gets each line of its output as it comes
 */

/**
 * A Pulumi project with one stack in a temporary folder, driven by the real CLI. Pulumi's Automation API runs three
 * more commands for each `up`, cannot be interrupted by a signal of the caller's choice and hides process ids, so that
 * tests, demo and benchmark start the CLI themselves.
 */
export class PulumiProject {
  /** @type {Set<RunningCommand>} */
  #running = new Set();

  /**
   * @param {string} root the folder around everything
   * @param {string} binary the CLI
   * @param {NodeJS.ProcessEnv} env of its commands, with `pulumi` on PATH
   * @param {boolean} color
   */
  constructor(root, binary, env, color) {
    this.root = root;
    this.folder = join(root, "project");
    this.binary = binary;
    this.env = env;
    this.color = color;
  }

  /** Makes the stack. @param {string} stack */
  async init(stack) {
    await this.run(["stack", "init", stack, "--no-select"]);
  }

  /** Sets configuration of the stack. @param {NonNullable<ProjectSettings["config"]>} config */
  async configure(config) {
    const settings = Object.entries(config).flatMap(([key, value]) =>
      typeof value === "string" ? ["--plaintext", `${key}=${value}`] : ["--secret", `${key}=${value.secret}`],
    );
    if (settings.length > 0) {
      await this.run(["config", "set-all", ...settings]);
    }
  }

  /**
   * Starts a command and does not wait for it, to interrupt it for instance.
   *
   * @param {readonly string[]} command such as `["stack", "ls"]`
   * @param {RunOptions} [options]
   * @returns {RunningCommand}
   */
  start(command, { args = [], env = {}, onLine } = {}) {
    const color = this.color ? "always" : "never";
    const all = [...command, ...args, "--non-interactive", "--color", color];
    const options = { cwd: this.folder, env: { ...this.env, ...env }, ...(onLine && { onLine }) };
    const running = startCommand(this.binary, all, options);
    this.#running.add(running);
    const forget = () => this.#running.delete(running);
    running.result.then(forget, forget);
    return running;
  }

  /**
   * Runs a command to its end.
   *
   * @param {readonly string[]} command
   * @param {RunOptions} [options]
   * @returns {Promise<CommandResult>}
   * @throws {Error} with the command's output, when it does not end as expected
   */
  async run(command, options = {}) {
    const result = await this.start(command, options).result;
    if ((result.exitCode !== 0) !== (options.expectFailure ?? false)) {
      const expected = options.expectFailure ? "should have failed" : "failed";
      throw new Error(`"pulumi ${command.join(" ")}" ${expected}: ${describeResult(result)}`);
    }
    return result;
  }

  /** Kills what still runs and removes the folder. */
  async dispose() {
    for (const running of this.#running) {
      running.kill();
    }
    await Promise.allSettled([...this.#running].map(({ result }) => result));
    // A process that is ending may still write to it.
    await rm(this.root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/**
 * Makes a project with an empty stack. Takes about half a second, twice that with configuration.
 *
 * @template {PulumiProject} T
 * @param {ProjectSettings} settings
 * @param {new (...args: ConstructorParameters<typeof PulumiProject>) => T} Type
 * @returns {Promise<T>}
 */
export async function createProject(settings, Type) {
  const { write, config = {}, env = {}, stack = "dev", languages = false, color = false } = settings;
  const cli = await requirePulumi();
  const hosts = languages ? await requireLanguageHosts(cli) : [];
  const root = await mkdtemp(join(tmpdir(), "pulumi-up42-"));
  const path = [
    ...hosts,
    ...(await pulumiPathEntries(cli, WORKSPACE)),
    dirname(cli.binary),
    process.env.PATH ?? "",
  ];
  const variables = {
    ...ownEnvironment(),
    ...pulumiVariables(root),
    ...(color ? {} : { NO_COLOR: "1" }),
    PATH: [...new Set(path)].join(delimiter),
    PULUMI_STACK: stack,
  };
  const project = new Type(root, cli.binary, { ...variables, ...env }, color);
  try {
    for (const name of ["project", "home", "state"]) {
      await mkdir(join(root, name));
    }
    await write(project.folder);
    await project.init(stack);
    await project.configure(config);
    return project;
  } catch (error) {
    await project.dispose();
    throw error;
  }
}
