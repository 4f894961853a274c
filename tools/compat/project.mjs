import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { outputTail, runCommand } from "../process.mjs";
import { MANAGER_ENVIRONMENT, nodeFolder, packageManager, pathOf } from "./managers.mjs";
import { cacheRoot } from "./registry.mjs";

const COMMAND_TIMEOUT_MS = 300_000;
/** A registry that cannot be reached for a moment says nothing about the packages. */
const INSTALL_ATTEMPTS = 3;
const EMULATOR_STARTS_WITHIN_MS = 60_000;
const UNREACHABLE = /ECONN|ETIMEDOUT|EAI_AGAIN|ENOTFOUND|SOCKET|socket hang up|network/;
/** The user's own settings have no part in it, and nothing but the packages comes from elsewhere. */
const FOREIGN_VARIABLES = /^(UP42_|PULUMI_|NODE_OPTIONS|NODE_PATH|npm_|YARN_)|^(https?|all|no)_proxy$/i;

/**
 * What to install, and how.
 * @typedef {object} Installation
 * @property {string} manager of `MANAGERS`
 * @property {number} node major version of Node.js
 * @property {Readonly<Record<string, string>>} dependencies
 * @property {boolean} [emulator] whether to run the emulator that it has installed; default false
 * @property {Readonly<Record<string, string>>} [environment] more environment variables
 */

/**
 * What all projects of a run have in common.
 * @typedef {object} Surroundings
 * @property {import("../pulumi-cli.mjs").PulumiCli} cli
 * @property {string} npmVersion
 * @property {Readonly<Record<string, string>>} registry environment variables
 * @property {{ url: string, secret: string }} receiver
 * @property {string} work a folder for the projects
 * @property {(line: string) => void} log
 */

/**
 * A project with its packages installed.
 * @typedef {object} Project
 * @property {string} folder
 * @property {string} root the folder around it, for what is not the project's own
 * @property {import("./managers.mjs").PackageManager} manager
 * @property {string} nodeVersion
 * @property {string | undefined} emulatorUrl
 * @property {(files: Readonly<Record<string, string>>) => Promise<void>} write puts files into its folder
 * @property {(settings: Readonly<Record<string, unknown>>) => Promise<void>} describe sets fields of its package.json
 * @property {(command: readonly string[], env?: Readonly<Record<string, string>>) => Promise<string>} run
 *   a command in its folder; gives what it printed, or throws {@link CommandFailure}
 * @property {() => Promise<void>} dispose
 */

/** A command failed, or did not do what it should; the message has the end of its output. */
export class CommandFailure extends Error {
  /**
   * @param {string} message
   * @param {string} [output] all of its output
   */
  constructor(message, output = message) {
    super(message);
    this.output = output;
  }
}

/**
 * @param {boolean} condition
 * @param {string} message
 */
export function expectThat(condition, message) {
  if (!condition) throw new CommandFailure(message);
}

/**
 * Makes a project in a temporary folder and installs its packages.
 *
 * @param {Installation} installation
 * @param {Surroundings} surroundings
 * @returns {Promise<Project>}
 */
export async function installProject(installation, { cli, npmVersion, registry, receiver, work, log }) {
  const manager = await packageManager(installation.manager, { log, npmVersion });
  const node = await nodeFolder(installation.node, log);
  const root = await mkdtemp(join(work, "project-"));
  const folder = join(root, "project");
  const own = Object.entries(process.env).filter(([name]) => !FOREIGN_VARIABLES.test(name));
  const env = {
    ...Object.fromEntries(own),
    ...registry,
    ...MANAGER_ENVIRONMENT,
    PATH: pathOf([dirname(cli.binary), ...cli.pathEntries, node.folder]),
    YARN_GLOBAL_FOLDER: join(cacheRoot(), "yarn"),
    RECEIVER_URL: receiver.url,
    RECEIVER_SECRET: receiver.secret,
    ...installation.environment,
  };
  /** @type {Project["run"]} */
  const run = async ([name = "", ...args], more = {}) => {
    const options = { cwd: folder, env: { ...env, ...more }, timeoutMs: COMMAND_TIMEOUT_MS };
    const result = await runCommand(name, args, options);
    if (result.exitCode === 0) return result.stdout;
    const message = `"${[name, ...args].join(" ")}" failed:\n${outputTail(result, 40)}`;
    throw new CommandFailure(message, `${result.stdout}\n${result.stderr}`);
  };
  /** @type {Project["write"]} */
  const write = async (files) => {
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  };
  /** @type {Project["describe"]} */
  const describe = (settings) => {
    const { dependencies } = installation;
    const content = { name: "compat", version: "1.0.0", private: true, ...settings, dependencies };
    return write({ "package.json": `${JSON.stringify(content, null, 2)}\n` });
  };
  const remove = () => rm(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  try {
    await mkdir(folder);
    await write(manager.files);
    await describe({});
    await install(() => run(manager.install));
    const emulator = installation.emulator
      ? await startEmulator(manager.run(["up42-emulator", "--port", "0"]), folder, env)
      : undefined;
    const dispose = async () => {
      await emulator?.stop();
      await remove();
    };
    const { version: nodeVersion } = node;
    return { folder, root, manager, nodeVersion, emulatorUrl: emulator?.url, write, describe, run, dispose };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** @param {() => Promise<string>} command */
async function install(command) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await command();
    } catch (error) {
      const isUnreachable = error instanceof CommandFailure && UNREACHABLE.test(error.output);
      if (!isUnreachable || attempt === INSTALL_ATTEMPTS) throw error;
    }
  }
}

/**
 * @param {readonly string[]} command
 * @param {string} cwd
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>}
 */
function startEmulator([name = "", ...args], cwd, env) {
  return new Promise((resolve, reject) => {
    // In a process group of its own: a package manager may stand between.
    const child = spawn(name, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    const stop = () => {
      const closed = new Promise((done) => child.once("close", done));
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null)
        return Promise.resolve();
      process.kill(-child.pid, "SIGKILL");
      return closed.then(() => undefined);
    };
    const killOnExit = () => void stop();
    process.once("exit", killOnExit);
    const timer = setTimeout(killOnExit, EMULATOR_STARTS_WITHIN_MS);
    /** @type {string[]} */
    const lines = [];
    for (const input of [child.stdout, child.stderr]) {
      createInterface({ input }).on("line", (line) => {
        lines.push(line);
        const url = /emulated: (http:\S+)/.exec(line)?.[1];
        if (url === undefined) return;
        clearTimeout(timer);
        resolve({ url, stop });
      });
    }
    child.once("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once("close", () => {
      clearTimeout(timer);
      process.removeListener("exit", killOnExit);
      reject(new CommandFailure(`The emulator that was installed does not start:\n${lines.join("\n")}`));
    });
  });
}
