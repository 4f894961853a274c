import { fork } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { DEMO_ACCOUNT } from "up42-emulator";
import { ensurePulumi, pulumiPathEntries } from "../tools/pulumi-cli.mjs";
import { measure } from "./measure.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const FOREIGN_VARIABLES = /^(UP42_|PULUMI_)|^(https?|all|no)_proxy$/i;

/** @typedef {"floor" | "naive" | "ours"} Variant */
/** @typedef {"no" | "yes"} Secrets whether each webhook has one */
/** @typedef {{ method: string, path: string, at: string }} RecordedRequest */
/** @typedef {{ url: string, requests: readonly RecordedRequest[] }} EmulatorState */

/**
 * One variant's stack with everything of its own: folder, state, Pulumi home, and an emulator in its own process.
 */
export class Project {
  /**
   * @param {string} folder
   * @param {string} binary
   * @param {NodeJS.ProcessEnv} env
   * @param {import("node:child_process").ChildProcess} emulator
   */
  constructor(folder, binary, env, emulator) {
    this.folder = folder;
    this.binary = binary;
    this.env = env;
    this.emulator = emulator;
  }

  /**
   * @param {Variant} variant
   * @param {{ n: number, latency: number, secrets: Secrets }} options
   */
  static async create(variant, { n, latency, secrets }) {
    const { binary, ...cli } = await ensurePulumi();
    const folder = await mkdtemp(join(tmpdir(), `pulumi-up42-bench-${variant}-`));
    const program = join(folder, "program");
    await Promise.all(["home", "state", "program"].map((name) => mkdir(join(folder, name))));
    await cp(join(HERE, "programs", `${variant}.js`), join(program, "index.js"));
    await cp(join(HERE, "programs", "inputs.js"), join(program, "inputs.js"));
    await writeFile(join(program, "package.json"), JSON.stringify({ name: "bench", main: "index.js" }));
    // JavaScript in all variants: no compiler takes part.
    const runtime = "runtime:\n  name: nodejs\n  options:\n    typescript: false\n";
    await writeFile(join(program, "Pulumi.yaml"), `name: bench\n${runtime}`);
    await symlink(join(ROOT, "node_modules"), join(program, "node_modules"), "dir");
    const emulator = fork(join(HERE, "emulator.mjs"), {
      env: { ...process.env, BENCH_LATENCY: String(latency) },
    });
    const [{ url }] = await once(emulator, "message");
    const own = Object.entries(process.env).filter(([name]) => !FOREIGN_VARIABLES.test(name));
    const env = {
      ...Object.fromEntries(own),
      PATH: [...(await pulumiPathEntries({ binary, ...cli }, program)), process.env.PATH ?? ""].join(
        delimiter,
      ),
      PULUMI_HOME: join(folder, "home"),
      PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "bench",
      PULUMI_STACK: "bench",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      UP42_API_URL: url,
      UP42_USERNAME: DEMO_ACCOUNT.username,
      UP42_PASSWORD: DEMO_ACCOUNT.password,
      UP42_WORKSPACE_ID: DEMO_ACCOUNT.workspaceId,
      BENCH_N: String(n),
      BENCH_SECRETS: secrets,
    };
    const project = new Project(folder, binary, env, emulator);
    try {
      await project.run(["stack", "init", "bench"], {});
    } catch (error) {
      await project.remove();
      throw error;
    }
    return project;
  }

  /**
   * Runs a command of the CLI and measures it.
   *
   * @param {readonly string[]} args
   * @param {Readonly<Record<string, string>>} env more variables
   */
  async run(args, env) {
    return await measure(this.binary, [...args, "--non-interactive", "--color", "never"], {
      cwd: join(this.folder, "program"),
      env: { ...this.env, ...env },
    });
  }

  /**
   * The requests since the last call, by kind.
   *
   * @returns {Promise<Record<string, number>>}
   */
  async requests() {
    /** @type {Record<string, number>} */
    const counts = {};
    for (const { method, path } of await this.recorded()) {
      const kind = kindOf(method, path);
      counts[kind] = (counts[kind] ?? 0) + 1;
    }
    return counts;
  }

  /** The requests since the last call. */
  async recorded() {
    const { requests } = await this.#ask("state");
    await this.#ask("clear");
    return requests;
  }

  /** The size of the stack's state in bytes. */
  async stateBytes() {
    const folder = join(this.folder, "state", ".pulumi", "stacks");
    const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith("bench.json"));
    const sizes = await Promise.all(files.map(async (name) => (await stat(join(folder, name))).size));
    return Math.max(0, ...sizes);
  }

  async remove() {
    this.emulator.disconnect();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  /**
   * @param {"state" | "clear"} question
   * @returns {Promise<EmulatorState>}
   */
  async #ask(question) {
    this.emulator.send(question);
    const [answer] = await once(this.emulator, "message");
    return answer;
  }
}

/**
 * @param {string} method
 * @param {string} path
 */
function kindOf(method, path) {
  if (path.endsWith("/token")) return "token";
  if (path.endsWith("/events")) return "events";
  const isOne = /\/webhooks\/[^/]+$/.test(path);
  if (method === "GET") return isOne ? "read" : "list";
  return { POST: "create", PUT: "update", DELETE: "delete" }[method] ?? method;
}
