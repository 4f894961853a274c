import { Command, CommanderError } from "commander";
import { packageVersion } from "../config/package-version";
import { messageOf } from "../up42/errors";
import { addCommands } from "./commands";

/** Exit code for wrong usage, a configuration that cannot be used, or an error of UP42's API. */
const CANNOT = 2;

/**
 * Runs the command `pulumi-up42` and sets the process's exit code: 0 when all is well, 1 when a webhook does not
 * deliver, 2 for wrong usage, configuration or an error of UP42's API. It writes errors in words to stderr.
 */
export async function run(argv: readonly string[]): Promise<void> {
  surviveClosedOutput();
  try {
    process.exitCode = await parse(argv);
  } catch (error) {
    process.exitCode = exitCodeOf(error);
  }
}

/** Goes on without output when its reader is gone, as in `pulumi-up42 list | head`: `doctor --write` has to clean up. */
function surviveClosedOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error) => {
      if (!("code" in error) || error.code !== "EPIPE") {
        throw error;
      }
    });
  }
}

async function parse(argv: readonly string[]): Promise<number> {
  let exitCode = 0;
  const program = new Command("pulumi-up42")
    .description(
      "UP42 webhooks and Pulumi: start a project, see what exists and import it, test what is deployed.",
    )
    .version(packageVersion())
    .exitOverride()
    .addHelpText("after", CONFIGURATION_HELP);
  addCommands(program, (code) => {
    exitCode = code;
  });
  await program.parseAsync(argv);
  return exitCode;
}

/** Commander has printed its own errors already, and ends `--help` and `--version` with an exit code of 0. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) {
    return error.exitCode === 0 ? 0 : CANNOT;
  }
  process.stderr.write(`${messageOf(error)}\n`);
  return CANNOT;
}

const CONFIGURATION_HELP = `
Configuration: the same as for \`pulumi up\`. In a Pulumi project, the stack's configuration is read with
\`pulumi config --json --show-secrets\`; what it lacks, and everything elsewhere, comes from the environment
(UP42_USERNAME and UP42_PASSWORD, …).
Exit codes: 0 all is well, 1 a webhook does not deliver, 2 wrong usage, configuration or an error of UP42's API.`;
