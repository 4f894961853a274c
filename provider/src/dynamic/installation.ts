import { createRequire } from "node:module";
import { isRunByCli } from "../config/run-by-cli";

const HOST = "pulumi-up42/host";

/** Where the host will be started, too; the program may go elsewhere before it makes its resources. */
const STARTED_IN = process.cwd();
/** Looked for once, however many resources a program has. */
const foldersWithHost = new Set<string>();

/** Who is running; every part has a default. */
export interface RunningProgram {
  /** What Node.js was started with. */
  readonly script?: string | undefined;
  /** The folder in which Pulumi started it. */
  readonly folder?: string;
}

/**
 * Refuses, where the program makes a resource, what would fail in Pulumi's host without a word about the cause: the
 * host loads this package from the program's folder, so a copy that only a dependency of the program has is not
 * found. Where a host will run for an inline program of the Automation API cannot be known here.
 *
 * @throws Error saying what to install where
 */
export function checkInstallation(program: RunningProgram = {}): void {
  const { script = process.argv[1] ?? "", folder = STARTED_IN } = program;
  if (isRunByCli(script) && !hasHost(folder)) {
    throw new Error(
      `pulumi-up42 is not installed in ${folder}, from where Pulumi's host loads it, but only for a dependency ` +
        'of the program\'s. Add it to the package.json there: "npm install pulumi-up42", or the same with pnpm or yarn.',
    );
  }
}

function hasHost(folder: string): boolean {
  if (foldersWithHost.has(folder)) {
    return true;
  }
  try {
    createRequire(`${folder}/_`).resolve(HOST);
    foldersWithHost.add(folder);
    return true;
  } catch (error) {
    // The host reports anything else; it may see it differently.
    return !(
      typeof error === "object" &&
      error !== null &&
      "code" in error &&
      error.code === "MODULE_NOT_FOUND"
    );
  }
}
