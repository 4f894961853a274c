import { typeToken } from "../dynamic/stub";
import { WEBHOOK } from "../plugin/kinds";
import { Up42Error } from "../up42/errors";
import { note } from "./account";
import { PulumiCli, type StackOptions, type StackState } from "./pulumi-cli";

/** The first release whose `pulumi import --file` takes inputs and outputs from the file. */
const OLDEST_MAJOR = 3;
const OLDEST_MINOR = 254;

/** What a stack calls a webhook: without the provider plugin, and with it. */
const WEBHOOK_TYPES: ReadonlySet<string> = new Set([typeToken("Webhook"), WEBHOOK]);

/** Whether `pulumi version` names a release that can import what this command writes. */
export function canImport(version: string): boolean {
  const [, major, minor] = (/(\d+)\.(\d+)\.\d+/.exec(version) ?? []).map(Number);
  if (major === undefined || minor === undefined) {
    return false;
  }
  return major > OLDEST_MAJOR || (major === OLDEST_MAJOR && minor >= OLDEST_MINOR);
}

/**
 * Reads the state of the stack that webhooks are to be imported into.
 * @throws Up42Error when there is none, or the CLI is too old.
 */
export async function readStack(cli: PulumiCli): Promise<StackState> {
  if (!cli.isInProject) {
    throw new Up42Error(
      "Failed to read the stack: there is no Pulumi project here, no Pulumi.yaml in this folder or one above. Go to your " +
        "project's folder, or name it with --cwd.",
    );
  }
  const version = await cli.version();
  if (!canImport(version)) {
    throw new Up42Error(
      `Failed to import: the Pulumi CLI on PATH is ${version}, and must be ${OLDEST_MAJOR}.${OLDEST_MINOR} or newer, since ` +
        "older ones do not use what is in the file. Update the CLI, or adopt the webhooks in code, with " +
        'ifExists: "adopt".',
    );
  }
  return await cli.state();
}

/**
 * The state of the stack that the command runs in; undefined where there is none.
 * @throws Up42Error when `--stack` names one that cannot be read.
 */
export async function readStackIfAny(options: StackOptions): Promise<StackState | undefined> {
  const cli = new PulumiCli(options);
  if (options.stack === undefined && !cli.isInProject) {
    return undefined;
  }
  try {
    return await cli.state();
  } catch (error) {
    if (options.stack !== undefined || !(error instanceof Up42Error)) {
      throw error;
    }
    note(`Which webhooks this stack has is not known. ${error.message}`);
    return undefined;
  }
}

/** The webhooks that the stack owns already; one that it only reads (`Webhook.get`) can still be imported. */
export function ownedIds({ resources }: StackState): ReadonlySet<string> {
  const owned = resources.filter(({ type, external }) => WEBHOOK_TYPES.has(type) && external !== true);
  return new Set(owned.flatMap(({ id }) => id ?? []));
}

/** The names of webhooks in the stack, owned or not. */
export function takenNames({ resources }: StackState): ReadonlySet<string> {
  const webhooks = resources.filter(({ type }) => WEBHOOK_TYPES.has(type));
  return new Set(webhooks.map(({ urn }) => urn.slice(urn.lastIndexOf("::") + 2)));
}
