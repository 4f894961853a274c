import { constants } from "node:fs";
import { access, mkdir, mkdtemp, readdir, readFile, statfs, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { describeResult, runCommand } from "../../tools/process.mjs";
import { pulumiVariables } from "../../tools/pulumi-project.mjs";
import { withQuickHost } from "./dynamic-host";
import { copyOwnFiles, removeFolder, setUpIn } from "./folders";
import { freePorts } from "./listen";
import { type PackedPackages, usePacked } from "./packed";
import { QUICKER_GO, userEnvironment, WITHOUT_TYPE_CHECK } from "./user-environment";

/** An example in a folder outside of the repository, as a user has it who has copied it. */
export interface ExampleCopy {
  readonly folder: string;
  /** The environment of a new user: Node.js, npm and a Pulumi CLI that is logged in to a folder of its own. */
  readonly env: NodeJS.ProcessEnv;
  /** Where the example's emulator listens once it is started; it stands for port 8042. */
  readonly emulatorUrl: string;
  /** Removes the folder. */
  dispose(): Promise<void>;
}

const SOURCE_FILE = /\.(ts|mts|cts|js|mjs|cjs|json|ya?ml|md|env)$/;

/** The ports that the examples use, where they stand for a port: "localhost:8042", "port: 8042", "listen(3000". */
const PORT = /(?<=:|listen\(|\?\? |\bport"?[:=]? ?)(8042|3000)\b/gi;
/** The emulator's command with its default port, and the one that talks to it there. */
const SERVE = /\bnpx up42-emulator\b(?! trigger)(?!.*--port)/g;
const TRIGGER = /\bnpx up42-emulator trigger\b(?!.*--url)/g;

/**
 * Copies an example to a new temporary folder, with packed packages for its dependencies, and with ports that are
 * free for those that its files name.
 *
 * @param installed a copy whose installed packages this one begins with, as hard links; npm then checks them, and
 *   changes what differs, in a tenth of the time
 */
export async function copyExample(
  example: string,
  packed: PackedPackages,
  installed?: ExampleCopy,
): Promise<ExampleCopy> {
  const root = await mkdtemp(join(await temporaryRoot(), "pulumi-up42-example-"));
  return await setUpIn(root, async () => {
    const folder = join(root, basename(example));
    await copyOwnFiles(example, folder);
    const emulatorUrl = await useFreePorts(folder);
    await usePacked(folder, packed);
    if (installed !== undefined) {
      await linkPackages(installed.folder, folder);
    }
    // The examples, sooner: what a preview shows, and Pulumi's host as it is published, are for other tests.
    const env = {
      ...(await withQuickHost(await loggedIn(root))),
      ...WITHOUT_TYPE_CHECK,
      ...QUICKER_GO,
      PULUMI_OPTION_SKIP_PREVIEW: "true",
    };
    return { folder, env, emulatorUrl, dispose: () => removeFolder(root) };
  });
}

/** An empty folder of a new user, beside what the CLI and installations keep. */
export async function emptyFolder(): Promise<Omit<ExampleCopy, "emulatorUrl"> & { readonly root: string }> {
  const root = await mkdtemp(join(await temporaryRoot(), "pulumi-up42-example-"));
  return await setUpIn(root, async () => {
    const folder = join(root, "webhooks");
    await mkdir(folder);
    return { root, folder, env: await loggedIn(root), dispose: () => removeFolder(root) };
  });
}

async function loggedIn(root: string): Promise<NodeJS.ProcessEnv> {
  await Promise.all(["state", "tmp"].map((name) => mkdir(join(root, name))));
  return { ...(await userEnvironment(root)), ...pulumiVariables(root), TMPDIR: join(root, "tmp") };
}

/**
 * Writes free ports into a folder's files for those of the emulator and the receiver that they name.
 * @returns where the emulator listens then
 */
export async function useFreePorts(folder: string): Promise<string> {
  const [emulatorPort, receiverPort] = await freePorts(2);
  await changeFiles(folder, (text) =>
    text
      .replace(SERVE, "$& --port 8042")
      .replace(TRIGGER, "$& --url http://127.0.0.1:8042")
      .replace(PORT, (port) => String(port === "8042" ? emulatorPort : receiverPort)),
  );
  return `http://127.0.0.1:${emulatorPort}`;
}

async function linkPackages(from: string, to: string): Promise<void> {
  for (const name of ["node_modules", "package-lock.json"]) {
    const result = await runCommand("cp", ["-al", join(from, name), join(to, name)]);
    if (result.exitCode !== 0) {
      throw new Error(`Failed to link ${name}: ${describeResult(result)}`);
    }
  }
}

async function changeFiles(folder: string, change: (text: string) => string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter(
    (entry) => entry.isFile() && SOURCE_FILE.test(entry.name) && !entry.parentPath.includes("node_modules"),
  );
  await Promise.all(
    files.map(async ({ parentPath, name }) => {
      const file = join(parentPath, name);
      await writeFile(file, change(await readFile(file, "utf8")));
    }),
  );
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
