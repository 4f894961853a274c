import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, delimiter, dirname, join } from "node:path";
import { ensurePulumi, pulumiPathEntries } from "../../../tools/pulumi-cli.mjs";
import { describe, startCommand } from "../command";
import { WORKSPACE } from "../pulumi";

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
  const folder = join(root, "repository");
  const isOwn = (source: string) => !/^(node_modules|Pulumi\..+\.yaml)$/.test(basename(source));
  const { binary, ...found } = await ensurePulumi();
  const entries = await pulumiPathEntries({ binary, ...found }, WORKSPACE);
  const own = Object.entries(process.env).filter(([name]) => !/^(UP42_|PULUMI_|GITHUB_|CI)/.test(name));
  const env: NodeJS.ProcessEnv = {
    ...Object.fromEntries(own),
    PATH: [...entries, dirname(binary), process.env.PATH ?? ""].join(delimiter),
    PULUMI_HOME: join(root, "home"),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    npm_config_prefer_offline: "true",
  };
  const run = async (
    command: string,
    args: readonly string[],
    more: NodeJS.ProcessEnv = {},
    cwd = folder,
  ): Promise<void> => {
    const result = await startCommand(command, args, { cwd, env: { ...env, ...more } }).result;
    if (result.exitCode !== 0) throw new Error(`${command} ${args.join(" ")}: ${describe(result)}`);
  };

  await cp(join(WORKSPACE, "examples", example), folder, { recursive: true, filter: isOwn });
  const pack = ["pack", "--workspace", "provider", "--silent", "--pack-destination", root];
  await run("npm", pack, {}, WORKSPACE);
  const [tarball = ""] = (await readdir(root)).filter((name) => name.endsWith(".tgz"));
  await useTarball(join(folder, "package.json"), join("..", tarball));
  await run("npm", ["install", "--package-lock-only", "--ignore-scripts"]);

  return {
    folder,
    env,
    backend: async (name) => {
      await mkdir(join(root, "states", name), { recursive: true });
      return `file://${join(root, "states", name)}`;
    },
    run: (command, args, more) => run(command, args, more),
    read: (file) => readFile(join(folder, file), "utf8").catch(() => undefined),
    states: () => textsOf(join(root, "states")),
    dispose: () => rm(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  };
}

/** The emulator is for trying out by hand, and not needed in a pipeline. */
async function useTarball(packageFile: string, tarball: string): Promise<void> {
  const text = await readFile(packageFile, "utf8");
  const edited = text
    .replace(/"pulumi-up42": "[^"]*"/, `"pulumi-up42": "file:${tarball}"`)
    .replace(/,\s*"up42-emulator": "[^"]*"/, "");
  await writeFile(packageFile, edited);
}

async function textsOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    await Promise.all(files.map(async (file) => [file, await readFile(file, "utf8")] as const)),
  );
}
