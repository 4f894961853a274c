import { Command, InvalidArgumentError, Option } from "commander";
import { messageOf } from "../cause";
import { type Fault, Faults } from "../faults";
import { packageVersion } from "../package-version";
import { SIGNED_HEADERS, type SignedHeader } from "../signature";
import { type ServeOptions, serve } from "./serve";
import { type TriggerOptions, triggerEvent } from "./trigger";

const DEFAULT_PORT = 8042;

/** Runs the command `up42-emulator`; it prints a failure on stderr and ends with exit code 1. */
export async function run(argv: readonly string[]): Promise<void> {
  try {
    await program().parseAsync(argv);
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = 1;
  }
}

/** Where UP42's documentation doesn't say which it is. The first is the default. */
const CHOICES: readonly [string, string, readonly string[]][] = [
  ["--secret-visibility <how>", "how secrets come back in answers", ["clear", "masked", "empty", "omitted"]],
  ["--delete-status <status>", "status of a successful DELETE", ["204", "200"]],
  ["--userinfo-scope <scope>", "what userinfo wants of a token", ["openid", "none"]],
  ["--unknown-fields <what>", "what happens to fields that UP42 doesn't document", ["ignore", "refuse"]],
  ["--error-format <format>", "how a refusal is answered", ["envelope", "problem"]],
];

function program(): Command {
  const command = new Command("up42-emulator")
    .description("An emulator of UP42's webhooks API on localhost.")
    .version(packageVersion());
  addServe(command);
  addTrigger(command);
  return command;
}

function addServe(command: Command): Command {
  command
    .option("--port <number>", "where to listen; 0 takes any free port", port, DEFAULT_PORT)
    .option("--host <address>", "which of this machine's addresses to listen on", "127.0.0.1")
    .option("--allow-host <name>", "a further host name to answer to; may be repeated", collect)
    .option("--allow-receiver <host>", "a host to notify by plain http; may be repeated", collect)
    .option("--data <file>", "keep the webhooks in this file (default: in memory only)")
    .option("--seed-file <file>", "accounts and webhooks to start with, as YAML or JSON")
    .option(
      "--fault <fault>",
      "what goes wrong, as operation=createWebhook,status=503; may be repeated",
      faults,
    )
    .option("--latency <ms>", "milliseconds added to every answer", atLeastZero, 0)
    .option("--token-lifetime <seconds>", "how long a token is good for", atLeastZero, 300)
    .option("--test-timeout <seconds>", "how long a receiver may take", moreThanZero, 10)
    .option("--retries <number>", "how often a live notification is sent again", wholeNumber, 3)
    .option(
      "--retry-delay <ms>",
      "pause before the first retry; each further pause is twice as long",
      atLeastZero,
      1000,
    )
    .option("--rate-limit <number>", "requests per second of an address; 0 for no limit", atLeastZero, 0)
    .option("--unique-urls", "refuse a second webhook with the same URL", false)
    .option("--signed-headers <names>", "what a signature covers", signedHeaders, SIGNED_HEADERS);
  for (const [flags, what, choices] of CHOICES) {
    command.addOption(new Option(flags, what).choices(choices).default(choices[0]));
  }
  return command.action((options: ServeOptions) => serve(options));
}

function addTrigger(command: Command): void {
  command
    .command("trigger")
    .description("Make an event happen in a running emulator: notify the active webhooks subscribed to it.")
    .argument("<event>", "such as order.status")
    .option("--status <status>", "the order's or job's new status, such as FULFILLED")
    .option("--workspace <id>", "only in this workspace (default: in all)")
    .option("--url <url>", "where the emulator is", `http://127.0.0.1:${DEFAULT_PORT}`)
    .action((event: string, options: TriggerOptions) => triggerEvent(event, options));
}

function collect(text: string, earlier: readonly string[] = []): readonly string[] {
  if (text.trim() === "") {
    throw new InvalidArgumentError("It must not be empty.");
  }
  return [...earlier, text];
}

function signedHeaders(text: string): readonly SignedHeader[] {
  return text.split(",").map((name) => {
    const header = SIGNED_HEADERS.find((known) => known === name.trim().toLowerCase());
    if (header === undefined) {
      throw new InvalidArgumentError(`It must name some of ${SIGNED_HEADERS.join(", ")}.`);
    }
    return header;
  });
}

/** Reads a fault such as `operation=createWebhook,status=503,count=2`. */
function faults(text: string, earlier: readonly Fault[] = []): readonly Fault[] {
  const fields = text.split(",").map((part): [string, unknown] => {
    const [name = "", ...value] = part.split("=");
    return [name.trim(), scalar(value.join("="))];
  });
  try {
    return [...earlier, new Faults().inject(Object.fromEntries(fields)).fault];
  } catch (error) {
    throw new InvalidArgumentError(messageOf(error));
  }
}

function scalar(text: string): unknown {
  if (text === "true" || text === "false") {
    return text === "true";
  }
  return text.trim() === "" || Number.isNaN(Number(text)) ? text : Number(text);
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
  if (value === 0) {
    throw new InvalidArgumentError("It must be more than 0.");
  }
  return value;
}

function wholeNumber(text: string): number {
  const value = atLeastZero(text);
  if (!Number.isInteger(value)) {
    throw new InvalidArgumentError("It must be a whole number.");
  }
  return value;
}

function port(text: string): number {
  const value = wholeNumber(text);
  if (value > 65_535) {
    throw new InvalidArgumentError("It must be from 0 to 65535.");
  }
  return value;
}
