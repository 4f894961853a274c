import { mkdir, mkdtemp, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeResult, startCommand } from "../../tools/process.mjs";
import { withQuickHost } from "./dynamic-host";
import { copyOwnFiles, removeFolder, setUpIn } from "./folders";
import { packPackages, usePacked } from "./packed";
import { WORKSPACE } from "./pulumi";
import { userEnvironment, WITHOUT_TYPE_CHECK } from "./user-environment";

/** A copy of an example as a repository of its own, with pulumi-up42 as it would be published. */
export interface Checkout {
  readonly folder: string;
  /** A machine's environment, without anything of a CI: `pulumi` on PATH, and Pulumi's own files in a folder here. */
  readonly env: NodeJS.ProcessEnv;
  /** A folder for a state: what `PULUMI_BACKEND_URL` may be. */
  backend(name: string): Promise<string>;
  /** Runs a command there. It must succeed. */
  run(command: string, args: readonly string[], env?: NodeJS.ProcessEnv): Promise<void>;
  /** A file's text, or nothing when it is not there. */
  read(file: string): Promise<string | undefined>;
  /** What Pulumi left behind, by path. */
  states(): Promise<Record<string, string>>;
  dispose(): Promise<void>;
}

/** Copies an example and writes its lock file; `node_modules` is for the pipelines to install. */
export async function createCheckout(example: string): Promise<Checkout> {
  const root = await mkdtemp(join(tmpdir(), "pulumi-up42-checkout-"));
  return await setUpIn(root, async () => {
    const folder = join(root, "repository");
    const env = { ...(await withQuickHost(await userEnvironment(root))), ...WITHOUT_TYPE_CHECK };
    const run: Checkout["run"] = async (command, args, more = {}) => {
      const result = await startCommand(command, args, { cwd: folder, env: { ...env, ...more } }).result;
      if (result.exitCode !== 0) {
        throw new Error(`${command} ${args.join(" ")}: ${describeResult(result)}`);
      }
    };
    await copyOwnFiles(join(WORKSPACE, "examples", example), folder);
    await usePacked(folder, await packPackages(root));
    await run("npm", ["install", "--package-lock-only", "--ignore-scripts"]);
    return {
      folder,
      env,
      backend: async (name) => {
        await mkdir(join(root, "states", name), { recursive: true });
        return `file://${join(root, "states", name)}`;
      },
      run,
      read: (file) => readFile(join(folder, file), "utf8").catch(() => undefined),
      states: () => textsOf(join(root, "states")),
      dispose: () => removeFolder(root),
    };
  });
}

async function textsOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    await Promise.all(files.map(async (file) => [file, await readFile(file, "utf8")] as const)),
  );
}
