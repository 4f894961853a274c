import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensurePulumi, pulumiPathEntries } from "../pulumi-cli.mjs";

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const FOREIGN_VARIABLES = /^(UP42_|PULUMI_)|^(https?|all|no)_proxy$/i;

/**
 * A stack of examples/webhook with everything of its own, in a temporary folder: the user's Pulumi home, login and
 * stacks are not touched.
 */
export class DemoStack {
  /** @type {Set<import("node:child_process").ChildProcess>} */
  #running = new Set();

  /**
   * @param {string} folder
   * @param {string} binary
   * @param {NodeJS.ProcessEnv} settings the environment variables that make the stack what it is
   */
  constructor(folder, binary, settings) {
    this.folder = folder;
    this.binary = binary;
    this.settings = settings;
  }

  get project() {
    return join(this.folder, "project");
  }

  /** @param {Readonly<Record<string, string>>} environment more variables for every command */
  static async create(environment) {
    const { binary, ...cli } = await ensurePulumi();
    const folder = await mkdtemp(join(tmpdir(), "pulumi-up42-demo-"));
    const project = join(folder, "project");
    await Promise.all(["home", "state"].map((name) => mkdir(join(folder, name))));
    const isSource = (/** @type {string} */ file) =>
      !/^(node_modules|Pulumi\..+\.yaml)$/.test(basename(file));
    await cp(join(ROOT, "examples", "webhook"), project, { recursive: true, filter: isSource });
    await symlink(join(ROOT, "node_modules"), join(project, "node_modules"), "dir");
    const entries = await pulumiPathEntries({ binary, ...cli }, project);
    return new DemoStack(folder, binary, {
      PATH: [...entries, process.env.PATH ?? ""].join(delimiter),
      PULUMI_HOME: join(folder, "home"),
      PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "demo",
      PULUMI_STACK: "demo",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      ...environment,
    });
  }

  /**
   * Runs a command of the CLI, its output shown as it comes, unless it is quiet.
   *
   * @param {string[]} args
   * @param {{ quiet?: boolean }} [options]
   * @returns {Promise<{ exitCode: number | null, output: string }>}
   */
  async run(args, { quiet = false } = {}) {
    const color = process.stdout.isTTY && process.env.NO_COLOR === undefined ? "always" : "never";
    const own = Object.entries(process.env).filter(([name]) => !FOREIGN_VARIABLES.test(name));
    const child = spawn(this.binary, [...args, "--non-interactive", "--color", color], {
      cwd: this.project,
      env: { ...Object.fromEntries(own), ...this.settings },
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own: Ctrl-C in the terminal reaches the demo, which then ends the CLI in good order.
      detached: true,
    });
    this.#running.add(child);
    let output = "";
    let atLineStart = true;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (/** @type {string} */ text) => {
        output += text;
        if (quiet) return;
        const indented = text.replace(/\n(?=.)/g, "\n    ");
        process.stdout.write(atLineStart ? `    ${indented}` : indented);
        atLineStart = text.endsWith("\n");
      });
    }
    const exitCode = await new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    this.#running.delete(child);
    return { exitCode, output };
  }

  /**
   * @param {string[]} args
   * @returns {Promise<string>} what it printed
   */
  async must(args) {
    const { exitCode, output } = await this.run(args, { quiet: true });
    if (exitCode !== 0) throw new Error(`\`pulumi ${args.join(" ")}\` failed:\n${output}`);
    return output;
  }

  /** Ends what still runs, with all it started, and removes the folder. */
  async remove() {
    for (const { pid } of this.#running) {
      // Negative: the whole group, the CLI's language and provider hosts included.
      if (pid !== undefined) process.kill(-pid, "SIGKILL");
    }
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
