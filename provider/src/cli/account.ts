import { readConfig } from "../config";
import { Session } from "../lifecycle/session";
import { Up42Client } from "../up42/client";
import { Up42Error } from "../up42/errors";
import type { RemoteWebhook } from "../up42/model";
import { printable } from "../up42/printable";
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

/** Tells the user something that is not the command's result. */
export function tell(line: string): void {
  process.stderr.write(`${printable(line)}\n`);
}

/**
 * A session with the configuration that `pulumi up` would use here.
 * @throws Up42Error when it cannot be used, or `--stack` names a stack whose configuration cannot be read.
 */
export async function openSession(options: AccountOptions): Promise<Session> {
  const stackConfig = await readStackConfig(options);
  const config = readConfig({ config: (key) => stackConfig.get(key), env: process.env }, options.profile);
  return new Session(new Up42Client(config), config, tell);
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
    tell(`The stack's configuration is left out, only the environment is read. ${error.message}`);
    return new Map();
  }
}

/** The workspace that is named, configured, or the account's own. */
export async function workspaceOf(session: Session, { workspace }: Selection): Promise<string> {
  return workspace ?? (await defaultWorkspaceOf(session));
}

/** The workspace of a webhook that names none. */
export async function defaultWorkspaceOf(session: Session): Promise<string> {
  return session.configuredWorkspaceId ?? (await session.ownWorkspaceId());
}

/** All webhooks of a workspace, the oldest first. */
export async function listWebhooks(session: Session, workspaceId: string): Promise<readonly RemoteWebhook[]> {
  const operation = session.operation(`list the webhooks of workspace ${workspaceId}`);
  const webhooks = await session.api.listWebhooks(workspaceId, operation);
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
      `Workspace ${workspaceId} has no webhook ${missing.join(", ")}. Check the id and the workspace (--workspace).`,
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
