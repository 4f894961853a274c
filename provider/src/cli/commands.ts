import { type Command, InvalidArgumentError, Option } from "commander";
import { type DoctorOptions, doctor } from "./doctor/doctor";
import { type EventsOptions, listEvents } from "./events";
import { type ImportOptions, importWebhooks } from "./import";
import { type InitOptions, initProject } from "./init/init";
import { languages } from "./init/templates";
import { type ListOptions, showWebhooks } from "./list";
import { type TestOptions, testWebhooks } from "./test";
import { type WhoamiOptions, whoami } from "./whoami";

/**
 * Adds all commands to the program.
 *
 * @param end Takes the exit code of a command that ends with another one than 0.
 */
export function addCommands(program: Command, end: (exitCode: number) => void): void {
  addInit(program);
  addList(program);
  addWhoami(program);
  addDoctor(program, end);
  addImport(program);
  addTest(program, end);
  addEvents(program);
}

function addInit(program: Command): void {
  program
    .command("init")
    .description("Write a new project: a program, a receiver, and settings for the emulator of UP42.")
    .argument("[folder]", "where to write it", ".")
    .addOption(
      new Option("--language <name>", "what the program is written in; asks in a terminal").choices(
        languages(),
      ),
    )
    .option("--no-stack", "do not create the stack dev")
    .addOption(folder())
    .action(async (name: string, options: InitOptions) => {
      await initProject(name, options);
    });
}

function addList(program: Command): void {
  common(
    program
      .command("list")
      .description("List the webhooks of the workspace, and which of them the stack has.")
      .option("--json", "print them as JSON"),
  ).action(async (options: ListOptions) => {
    await showWebhooks(options);
  });
}

function addWhoami(program: Command): void {
  account(
    program
      .command("whoami")
      .description("Log in, and show the account, its workspace, and where each setting comes from.")
      .option("--json", "print it as JSON"),
  ).action(async (options: WhoamiOptions) => {
    await whoami(options);
  });
}

function addDoctor(program: Command, end: (exitCode: number) => void): void {
  account(
    program
      .command("doctor")
      .description(
        "Check settings, proxy, TLS, login, workspace and more, and say what to do. Its output has no secrets.",
      )
      .option("--write", "also try UP42's API with temporary, inactive webhooks, which are removed again")
      .option(
        "--receiver <url>",
        "with --write: an address, as of a tunnel, that leads to --port of this machine",
      )
      .option("--port <number>", "with --write: where to receive notifications (default: any)", port, 0)
      .option("--json", "print the result as JSON"),
  )
    .addHelpText("after", DOCTOR_HELP)
    .action(async (options: DoctorOptions) => {
      end(await doctor(options));
    });
}

function addImport(program: Command): void {
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
}

function addTest(program: Command, end: (exitCode: number) => void): void {
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
      end(await testWebhooks(ids, options));
    });
}

function addEvents(program: Command): void {
  account(
    program
      .command("events")
      .description("List the events that a webhook can subscribe to.")
      .option("--json", "print them as JSON"),
  ).action(async (options: EventsOptions) => {
    await listEvents(options);
  });
}

function common(command: Command): Command {
  return account(command.option("--workspace <id>", "default: up42:workspaceId, else the account's own"));
}

function account(command: Command): Command {
  return command.addOption(profile()).addOption(stack()).addOption(folder());
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

function port(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isInteger(value) || value < 0 || value > 65_535) {
    throw new InvalidArgumentError("It must be the number of a port.");
  }
  return value;
}

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value <= 0) {
    throw new InvalidArgumentError("It must be a number of more than 0.");
  }
  return value;
}

const IMPORT_HELP = `
Run it in the folder of a Pulumi project with a selected stack. The program is printed to standard output, what to do
next to standard error. The file holds the webhooks' secrets, encrypted by the stack; only you can read it (mode 600).
Needs Pulumi CLI 3.254 or newer. See docs/import.md.`;

const TEST_HELP = `
Exit codes: 0 everything arrived, 1 something did not, 2 it could not be found out.`;

const DOCTOR_HELP = `
Exit codes: 0 everything works, 1 UP42's API differs from what this version relies on (with --write), 2 something does
not work.`;
