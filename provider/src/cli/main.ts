import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import * as v from "valibot";
import { messageOf } from "../up42/errors";
import { type EventsOptions, listEvents } from "./events";
import { type ImportOptions, importWebhooks } from "./import";
import { type TestOptions, testWebhooks } from "./test";

/** Exit code for wrong usage, a configuration that cannot be used, or an error of UP42's API. */
const CANNOT = 2;

/**
 * Runs the command `pulumi-up42` and sets the process's exit code: 0 when all is well, 1 when a webhook does not
 * deliver, 2 for wrong usage, configuration or an error of UP42's API. It writes errors in words to stderr.
 */
export async function run(argv: readonly string[]): Promise<void> {
  try {
    process.exitCode = await parse(argv);
  } catch (error) {
    process.exitCode = exitCodeOf(error);
  }
}

async function parse(argv: readonly string[]): Promise<number> {
  let exitCode = 0;
  const program = new Command("pulumi-up42")
    .description("UP42 webhooks and Pulumi: import what exists, test what is deployed.")
    .version(packageVersion())
    .exitOverride()
    .addHelpText("after", CONFIGURATION_HELP);
  common(
    program
      .command("import")
      .description(
        "Write a file for `pulumi import --file` with webhooks that exist at UP42, and print the program for them.",
      )
      .argument("[ids...]", "webhooks to import")
      .option("--all", "all webhooks of the workspace that the stack does not have yet")
      .option("--out <file>", "the file to write", "up42-import.json")
      .option("--set-secrets", "store the webhooks' secrets in the stack's configuration, encrypted", false),
  )
    .addHelpText("after", IMPORT_HELP)
    .action(async (ids: string[], options: ImportOptions) => {
      await importWebhooks(ids, options);
    });
  common(
    program
      .command("test")
      .description("Let UP42 send test notifications, and report which of them arrived.")
      .argument("[ids...]", "webhooks to test")
      .option("--all", "all webhooks of the workspace")
      .option("--events <names>", "only these events, separated by commas", names)
      .option("--timeout <seconds>", "how long to repeat what fails", seconds, 60)
      .option("--json", "print the result as JSON")
      .option("--junit <file>", "write the result as JUnit XML, too"),
  )
    .addHelpText("after", TEST_HELP)
    .action(async (ids: string[], options: TestOptions) => {
      exitCode = await testWebhooks(ids, options);
    });
  program
    .command("events")
    .description("List the events that a webhook can subscribe to.")
    .option("--json", "print them as JSON")
    .addOption(profile())
    .addOption(stack())
    .addOption(folder())
    .action(async (options: EventsOptions) => {
      await listEvents(options);
    });
  await program.parseAsync(argv);
  return exitCode;
}

function common(command: Command): Command {
  return command
    .option("--workspace <id>", "default: up42:workspaceId, else the account's own")
    .addOption(profile())
    .addOption(stack())
    .addOption(folder());
}

const profile = (): Option =>
  new Option("--profile <name>", "which account: reads up42-<name>:… and UP42_<NAME>_…");
const stack = (): Option =>
  new Option("--stack <name>", "whose configuration to read (default: the selected one)");
const folder = (): Option => new Option("--cwd <folder>", "run as if started there").default(".");

function names(text: string): readonly string[] {
  const found = text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  if (found.length === 0) {
    throw new InvalidArgumentError("It must name an event, such as order.status.");
  }
  return found;
}

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value <= 0) {
    throw new InvalidArgumentError("It must be a number of more than 0.");
  }
  return value;
}

/** Commander has printed its own errors already, and ends `--help` and `--version` with an exit code of 0. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) {
    return error.exitCode === 0 ? 0 : CANNOT;
  }
  process.stderr.write(`${messageOf(error)}\n`);
  return CANNOT;
}

function packageVersion(): string {
  const content: unknown = JSON.parse(readFileSync(join(__dirname, "..", "..", "package.json"), "utf8"));
  return v.parse(v.object({ version: v.string() }), content).version;
}

const CONFIGURATION_HELP = `
Configuration: the same as for \`pulumi up\`. In a Pulumi project, the stack's configuration is read with
\`pulumi config --json --show-secrets\`; what it lacks, and everything elsewhere, comes from the environment
(UP42_USERNAME and UP42_PASSWORD, …).
Exit codes: 0 all is well, 1 a webhook does not deliver, 2 wrong usage, configuration or an error of UP42's API.`;

const IMPORT_HELP = `
Run it in the folder of a Pulumi project with a selected stack. The program is printed to standard output, what to do
next to standard error. The file holds the webhooks' secrets, encrypted by the stack; only you can read it (mode 600).
Needs Pulumi CLI 3.254 or newer. See docs/import.md.`;

const TEST_HELP = `
Exit codes: 0 everything arrived, 1 something did not, 2 it could not be found out.`;
