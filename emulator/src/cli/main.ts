import { Command, InvalidArgumentError, Option } from "commander";
import { messageOf } from "../cause";
import { packageVersion } from "../package-version";
import { type ServeOptions, serve } from "./serve";
import { type TriggerOptions, triggerEvent } from "./trigger";

const DEFAULT_PORT = 8042;

/** Runs the command `up42-emulator`; a failure is told on stderr and ends with exit code 1. */
export async function run(argv: readonly string[]): Promise<void> {
  try {
    await program().parseAsync(argv);
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = 1;
  }
}

function program(): Command {
  const command = new Command("up42-emulator")
    .description("An emulator of UP42's webhooks API on localhost.")
    .version(packageVersion())
    .option("--port <number>", "where to listen; 0 takes any free port", port, DEFAULT_PORT)
    .option("--host <address>", "which of this machine's addresses to listen on", "127.0.0.1")
    .option("--data <file>", "keep the webhooks in this file (default: in memory only)")
    .option("--latency <ms>", "milliseconds added to every answer", atLeastZero, 0)
    .option("--token-lifetime <seconds>", "how long a token is good for", atLeastZero, 300)
    .option("--test-timeout <seconds>", "how long a receiver may take", moreThanZero, 10)
    .option("--retries <number>", "how often a live notification is sent again", wholeNumber, 3)
    .option(
      "--retry-delay <ms>",
      "pause before the first retry, doubled for each further one",
      atLeastZero,
      1000,
    )
    .addOption(
      new Option("--secret-visibility <how>", "how secrets come back in answers")
        .choices(["clear", "masked", "empty", "omitted"])
        .default("clear"),
    )
    .addOption(
      new Option("--delete-status <status>", "status of a successful DELETE")
        .choices(["200", "204"])
        .default("204"),
    )
    .action((options: ServeOptions) => serve(options));
  command
    .command("trigger")
    .description("Make an event happen in a running emulator: notify the active webhooks subscribed to it.")
    .argument("<event>", "such as order.status")
    .option("--status <status>", "the order's or job's new status, such as FULFILLED")
    .option("--workspace <id>", "only in this workspace (default: in all)")
    .option("--url <url>", "where the emulator is", `http://127.0.0.1:${DEFAULT_PORT}`)
    .action((event: string, options: TriggerOptions) => triggerEvent(event, options));
  return command;
}

function atLeastZero(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value < 0) {
    throw new InvalidArgumentError("It must be a number of at least 0.");
  }
  return value;
}

function moreThanZero(text: string): number {
  const value = atLeastZero(text);
  if (value === 0) throw new InvalidArgumentError("It must be more than 0.");
  return value;
}

function wholeNumber(text: string): number {
  const value = atLeastZero(text);
  if (!Number.isInteger(value)) throw new InvalidArgumentError("It must be a whole number.");
  return value;
}

function port(text: string): number {
  const value = wholeNumber(text);
  if (value > 65_535) throw new InvalidArgumentError("It must be from 0 to 65535.");
  return value;
}
