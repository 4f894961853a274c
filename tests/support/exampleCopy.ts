import { randomInt } from "node:crypto";
import { once } from "node:events";
import { constants } from "node:fs";
import { access, cp, mkdir, mkdtemp, readdir, readFile, rm, statfs, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, delimiter, dirname, join } from "node:path";
import * as v from "valibot";
import { ensurePulumi, pulumiPathEntries } from "../../tools/pulumi-cli.mjs";
import { describe, startCommand } from "./command";
import { WORKSPACE } from "./pulumi";

/** The packages of this workspace, packed as they would be published: their tarballs by name. */
export type PackedPackages = Readonly<Record<string, string>>;

/** An example in a folder outside of the repository, as somebody has it who has copied it. */
export interface ExampleCopy {
  readonly folder: string;
  /** The environment of a new user: Node.js, npm and a Pulumi CLI that is logged in to a folder of its own. */
  readonly env: NodeJS.ProcessEnv;
  /** Where the example's emulator listens once it is started; it stands for port 8042. */
  readonly emulatorUrl: string;
  /** Removes the folder. */
  dispose(): Promise<void>;
}

const PACKAGES = ["provider", "emulator"];
const PublishedManifest = v.object({ name: v.string(), version: v.string() });
const Manifest = v.looseObject({
  dependencies: v.optional(v.record(v.string(), v.string()), {}),
  devDependencies: v.optional(v.record(v.string(), v.string()), {}),
});

/** What npm and Jest put into the environment of their own, and what would lead a new user somewhere else. */
const FOREIGN_VARIABLES =
  /^(UP42_|PULUMI_|JEST_|INIT_CWD$|NODE_ENV$|NODE_PATH$|npm_(lifecycle|package|command)|npm_config_local_prefix$)/;
const SOURCE_FILE = /\.(ts|mts|cts|js|mjs|cjs|json|ya?ml|md|env)$/;

/** The ports that the examples use, where they stand for a port: "localhost:8042", "port: 8042", "listen(3000". */
const PORT = /(?<=:|listen\(|\?\? |\bport"?[:=]? ?)(8042|3000)\b/gi;
/** The emulator's command with its default port, and the one that talks to it there. */
const SERVE = /\bnpx up42-emulator\b(?! trigger)(?!.*--port)/g;
const TRIGGER = /\bnpx up42-emulator trigger\b(?!.*--url)/g;

/** Packs the workspace's packages with `npm pack` into a folder. */
export async function packPackages(folder: string): Promise<PackedPackages> {
  const workspaces = PACKAGES.flatMap((name) => ["--workspace", name]);
  const args = ["pack", "--silent", "--pack-destination", folder, ...workspaces];
  const result = await startCommand("npm", args, { cwd: WORKSPACE, env: userEnvironment() }).result;
  if (result.exitCode !== 0) throw new Error(`"npm pack" failed: ${describe(result)}`);
  const manifests = await Promise.all(
    PACKAGES.map(async (name) => v.parse(PublishedManifest, await readManifest(join(WORKSPACE, name)))),
  );
  return Object.fromEntries(
    manifests.map(({ name, version }) => [name, join(folder, `${name}-${version}.tgz`)] as const),
  );
}

/**
 * Copies an example to a new temporary folder, with packed packages for its dependencies, and with ports that are
 * free for those that its files name.
 */
export async function copyExample(example: string, packed: PackedPackages): Promise<ExampleCopy> {
  const root = await mkdtemp(join(await temporaryRoot(), "pulumi-up42-example-"));
  const folder = join(root, basename(example));
  const [emulatorPort, receiverPort] = await freePorts(2);
  const withPorts = (text: string): string =>
    text
      .replace(SERVE, "$& --port 8042")
      .replace(TRIGGER, "$& --url http://127.0.0.1:8042")
      .replace(PORT, (port) => String(port === "8042" ? emulatorPort : receiverPort));
  await Promise.all(["state", "tmp"].map((name) => mkdir(join(root, name))));
  await cp(example, folder, { recursive: true, filter: isOwn });
  await changeFiles(folder, withPorts);
  await usePacked(folder, packed);
  return {
    folder,
    env: {
      ...userEnvironment(),
      PATH: await userPath(),
      TMPDIR: join(root, "tmp"),
      PULUMI_HOME: join(root, "home"),
      PULUMI_BACKEND_URL: `file://${join(root, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "a passphrase for tests",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    },
    emulatorUrl: `http://127.0.0.1:${emulatorPort}`,
    dispose: () => rm(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  };
}

/** Not what an installation, a build or a deployment has left in the example's folder. */
function isOwn(source: string): boolean {
  return !/^(node_modules|dist|package-lock\.json)$/.test(basename(source));
}

async function changeFiles(folder: string, change: (text: string) => string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && SOURCE_FILE.test(entry.name));
  await Promise.all(
    files.map(async ({ parentPath, name }) => {
      const file = join(parentPath, name);
      await writeFile(file, change(await readFile(file, "utf8")));
    }),
  );
}

/** Lets the manifest, and those of folders within, depend on the packed packages instead of published ones. */
async function usePacked(folder: string, packed: PackedPackages): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const { parentPath } of entries.filter(({ name }) => name === "package.json")) {
    const { dependencies, devDependencies, ...manifest } = v.parse(Manifest, await readManifest(parentPath));
    const replaced = (wanted: Readonly<Record<string, string>>) =>
      Object.fromEntries(
        Object.entries(wanted).map(([name, range]) => [
          name,
          name in packed ? `file:${packed[name]}` : range,
        ]),
      );
    const changed = {
      ...manifest,
      dependencies: replaced(dependencies),
      devDependencies: replaced(devDependencies),
    };
    await writeFile(join(parentPath, "package.json"), JSON.stringify(changed, null, 2));
  }
}

async function readManifest(folder: string): Promise<unknown> {
  return JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
}

function userEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !FOREIGN_VARIABLES.test(name));
  return {
    ...Object.fromEntries(own),
    NO_COLOR: "1",
    // The same installation, sooner: what the cache has is not asked for again.
    npm_config_prefer_offline: "true",
    npm_config_audit: "false",
    npm_config_fund: "false",
    npm_config_update_notifier: "false",
    npm_config_progress: "false",
  };
}

/** The caller's PATH, with Pulumi, and without the programs of this workspace that npm adds to it. */
async function userPath(): Promise<string> {
  const cli = await ensurePulumi();
  const entries = await pulumiPathEntries(cli, WORKSPACE);
  const callers = (process.env.PATH ?? "")
    .split(delimiter)
    .filter((entry) => !/node_modules|node-gyp-bin/.test(entry));
  return [...entries, dirname(process.execPath), ...callers].join(delimiter);
}

/** Installations write thousands of small files, which takes half the time in memory, where there is room enough. */
async function temporaryRoot(): Promise<string> {
  const memory = "/dev/shm";
  try {
    await access(memory, constants.W_OK);
    const { bavail, bsize } = await statfs(memory);
    return bavail * bsize > 4 * 1024 ** 3 ? memory : tmpdir();
  } catch {
    return tmpdir();
  }
}

/**
 * Ports that nobody listens on; all different. Between a port's choice and its use an example is installed. So they
 * are not of the range from which systems take ports for connections, one of which might get it meanwhile.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = randomInt(15_000, 32_000);
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
