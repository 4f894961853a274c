import type { ConfigSource } from "../config/lookup";
import type { Reporter } from "../lifecycle/caller";
import type { Session } from "../lifecycle/session";
import { Sessions } from "../lifecycle/sessions";
import { Up42Error } from "../up42/errors";
import { printable } from "../up42/printable";
import type { RemoteWebhook } from "../up42/webhook";
import { PulumiCli, type StackOptions } from "./pulumi-cli";

/** Which account and stack a command is for. */
export interface AccountOptions extends StackOptions {
  readonly profile?: string | undefined;
}

/** Which webhooks a command is for. */
export interface Selection {
  readonly all?: boolean | undefined;
  readonly workspace?: string | undefined;
}

/** Prints a line for the user that is not the command's result. */
export function note(line: string): void {
  // Our own texts may have several lines; what comes from outside is one line already.
  process.stderr.write(`${line.split("\n").map(printable).join("\n")}\n`);
}

/** Where an operation's lines go: beside the command's result. */
export const reporter: Reporter = {
  info: note,
  warn: (line) => note(`warning: ${line}`),
  progress: note,
};

/**
 * A session with the configuration that `pulumi up` would use here.
 * @throws Up42Error when it cannot be used, or `--stack` names a stack whose configuration cannot be read.
 */
export async function openSession(options: AccountOptions): Promise<Session> {
  return new Sessions(await readSource(options)).for(options.profile);
}

/** Where this command reads its settings: the stack's configuration and the environment, as `pulumi up` does. */
export async function readSource(options: AccountOptions): Promise<ConfigSource> {
  const stackConfig = await readStackConfig(options);
  return { config: (key) => stackConfig.get(key), env: process.env };
}

/** A pipeline that has everything in its environment need not have access to the stack. */
async function readStackConfig(options: AccountOptions): Promise<ReadonlyMap<string, string>> {
  const cli = new PulumiCli(options);
  if (options.stack === undefined && !cli.isInProject) {
    return new Map();
  }
  try {
    return await cli.config();
  } catch (error) {
    if (options.stack !== undefined || !(error instanceof Up42Error)) {
      throw error;
    }
    note(`The stack's configuration is left out, only the environment is read. ${error.message}`);
    return new Map();
  }
}

/** The workspace that is named, configured, or the account's own. */
export async function workspaceOf(session: Session, { workspace }: Selection): Promise<string> {
  return await session.run("find out the workspace of the account", { reporter }, async (operation) =>
    session.workspaceId(workspace, operation),
  );
}

/** All webhooks of a workspace, the oldest first. */
export async function listWebhooks(session: Session, workspaceId: string): Promise<readonly RemoteWebhook[]> {
  const what = `list the webhooks of workspace ${workspaceId}`;
  const webhooks = await session.run(what, { reporter }, async (operation) =>
    session.api.listWebhooks(workspaceId, operation),
  );
  return [...webhooks].sort((a, b) => (ageOf(a) < ageOf(b) ? -1 : 1));
}

/** @throws Up42Error for ids that do not exist, and when neither or both of ids and `--all` are given. */
export function select(
  webhooks: readonly RemoteWebhook[],
  ids: readonly string[],
  { all = false }: Selection,
  workspaceId: string,
): readonly RemoteWebhook[] {
  const missing = ids.filter((id) => !webhooks.some((one) => one.id === id));
  if (missing.length > 0) {
    throw new Up42Error(
      `Failed to find webhook ${missing.join(", ")}: workspace ${workspaceId} does not have it. Check the id and the ` +
        "workspace (--workspace).",
    );
  }
  return all ? webhooks : webhooks.filter(({ id }) => ids.includes(id));
}

/** @throws Up42Error unless either ids or `--all` are given. */
export function requireSelection(ids: readonly string[], { all = false }: Selection): void {
  if (all === ids.length > 0) {
    throw new Up42Error("Give the ids of webhooks, or --all for all of the workspace.");
  }
}

/** Ids break ties, so that the order is the same in every run. */
function ageOf({ createdAt, id }: RemoteWebhook): string {
  return `${createdAt} ${id}`;
}
