import { fork } from "node:child_process";
import { once } from "node:events";
import { cp, readdir, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DEMO_ACCOUNT } from "up42-emulator";
import { createProject, PulumiProject, WORKSPACE } from "../tools/pulumi-project.mjs";
import { measure } from "./measure.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));

/** @typedef {import("./results.mjs").Variant} Variant */
/** @typedef {{ url: string, requests: readonly { method: string, path: string }[] }} EmulatorState */

/** One variant's stack with everything of its own, and an emulator in its own process. */
export class Project extends PulumiProject {
  /** @type {import("node:child_process").ChildProcess | undefined} */
  emulator;

  /**
   * Runs a command of the CLI and measures it.
   *
   * @param {readonly string[]} command
   * @param {Readonly<Record<string, string>>} env more variables
   */
  async measure(command, env) {
    return await measure(this.binary, [...command, "--non-interactive", "--color", "never"], {
      cwd: this.folder,
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
    const { requests } = await this.#ask("state");
    await this.#ask("clear");
    for (const { method, path } of requests) {
      const kind = kindOf(method, path);
      counts[kind] = (counts[kind] ?? 0) + 1;
    }
    return counts;
  }

  /** The size of the stack's state in bytes. */
  async stateBytes() {
    const folder = join(this.root, "state", ".pulumi", "stacks");
    const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith("bench.json"));
    const sizes = await Promise.all(files.map(async (name) => (await stat(join(folder, name))).size));
    return Math.max(0, ...sizes);
  }

  /** @override */
  async dispose() {
    this.emulator?.disconnect();
    await super.dispose();
  }

  /**
   * @param {"state" | "clear"} question
   * @returns {Promise<EmulatorState>}
   */
  async #ask(question) {
    if (this.emulator === undefined) throw new Error("The emulator has not been started.");
    this.emulator.send(question);
    const [answer] = await once(this.emulator, "message");
    return answer;
  }
}

/**
 * @param {Variant} variant
 * @param {import("./results.mjs").Setting} setting
 * @returns {Promise<Project>}
 */
export async function createVariant(variant, { n, latency, secrets }) {
  const emulator = fork(join(HERE, "emulator.mjs"), {
    env: { ...process.env, BENCH_LATENCY: String(latency) },
  });
  const [{ url }] = await once(emulator, "message");
  const { username, password, workspaceId } = DEMO_ACCOUNT;
  const env = {
    UP42_API_URL: url,
    UP42_USERNAME: username,
    UP42_PASSWORD: password,
    UP42_WORKSPACE_ID: workspaceId,
    BENCH_N: String(n),
    BENCH_SECRETS: secrets,
  };
  try {
    const write = (/** @type {string} */ folder) => writeProgram(variant, folder);
    const project = await createProject({ write, env, stack: "bench" }, Project);
    project.emulator = emulator;
    return project;
  } catch (error) {
    emulator.disconnect();
    throw error;
  }
}

/**
 * JavaScript in all variants: no compiler takes part.
 *
 * @param {Variant} variant
 * @param {string} folder
 */
async function writeProgram(variant, folder) {
  await cp(join(HERE, "programs", `${variant}.js`), join(folder, "index.js"));
  await cp(join(HERE, "programs", "inputs.js"), join(folder, "inputs.js"));
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "bench", main: "index.js" }));
  const runtime = "runtime:\n  name: nodejs\n  options:\n    typescript: false\n";
  await writeFile(join(folder, "Pulumi.yaml"), `name: bench\n${runtime}`);
  await symlink(join(WORKSPACE, "node_modules"), join(folder, "node_modules"), "dir");
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
