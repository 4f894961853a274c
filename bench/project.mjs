import { fork } from "node:child_process";
import { once } from "node:events";
import { cp, readdir, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DEMO_ACCOUNT } from "up42-emulator";
import { createProject, PulumiProject, WORKSPACE } from "../tools/pulumi-project.mjs";
import { measure } from "./measure.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));

/** @typedef {{ latency: number, secrets: boolean, skipCheckpoints: boolean }} Setting */

/** One variant's stack with everything of its own, and an emulator in its own process. */
class Project extends PulumiProject {
  /** @type {import("node:child_process").ChildProcess | undefined} */
  emulator;

  /**
   * Runs a command of the CLI, and measures it.
   *
   * @param {readonly string[]} args
   * @param {Readonly<Record<string, string>>} env more variables
   */
  async measure(args, env) {
    const command = [this.binary, ...args, "--non-interactive", "--color", "never"];
    const cost = await measure(command, { cwd: this.folder, env: { ...this.env, ...env } });
    this.emulator?.send("requests");
    const [{ requests }] = await once(this.emulator ?? process, "message");
    return { ...cost, requests: Number(requests), stateBytes: await this.#stateBytes() };
  }

  async #stateBytes() {
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
}

/**
 * @param {import("./results.mjs").Variant} variant
 * @param {number} n
 * @param {Setting} setting
 * @returns {Promise<Project>}
 */
export async function createVariant(variant, n, { latency, secrets, skipCheckpoints }) {
  const emulator = fork(join(HERE, "emulator.mjs"), {
    env: { ...process.env, BENCH_LATENCY: String(latency) },
  });
  const [{ url }] = await once(emulator, "message");
  const { username, password, workspaceId } = DEMO_ACCOUNT;
  const env = {
    UP42_API_URL: String(url),
    UP42_USERNAME: username,
    UP42_PASSWORD: password,
    UP42_WORKSPACE_ID: workspaceId,
    BENCH_N: String(n),
    BENCH_SECRETS: secrets ? "yes" : "no",
    ...(skipCheckpoints && { PULUMI_SKIP_CHECKPOINTS: "true", PULUMI_EXPERIMENTAL: "true" }),
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
 * @param {string} variant
 * @param {string} folder
 */
async function writeProgram(variant, folder) {
  await cp(join(HERE, "programs", `${variant}.js`), join(folder, "index.js"));
  await cp(join(HERE, "programs", "inputs.js"), join(folder, "inputs.js"));
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "bench", main: "index.js" }));
  // JSON is YAML.
  const runtime = { name: "nodejs", options: { typescript: false } };
  const plugins = { providers: [{ name: "up42", path: join(WORKSPACE, "provider") }] };
  await writeFile(join(folder, "Pulumi.yaml"), JSON.stringify({ name: "bench", runtime, plugins }));
  await symlink(join(WORKSPACE, "node_modules"), join(folder, "node_modules"), "dir");
}
