import { Up42Error } from "../../up42/errors";
import type { WebhookEvent } from "../../up42/model";
import type { RemoteWebhook } from "../../up42/webhook";
import type { Caller } from "../caller";
import type { Session } from "../session";
import { isConcealed, sameUrl } from "./compare";
import { missingWebhook } from "./read";

/** Which webhook is looked for: by its id, or by its name, its URL or both. */
export interface WebhookQuery {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly url?: string | undefined;
  /** Default: the configuration's, else the account's own. */
  readonly workspaceId?: string | undefined;
}

/** A webhook at UP42, and where it is. Its secret is undefined also where UP42 masks it. */
export interface FoundWebhook extends RemoteWebhook {
  readonly workspaceId: string;
}

/** No webhook has the name and the URL. */
export class NoMatchError extends Up42Error {}

/** The events that UP42 can notify of. */
export async function listEvents(session: Session, caller: Caller): Promise<readonly WebhookEvent[]> {
  return await session.run(
    "list UP42's events",
    caller,
    async (operation) => await session.api.listEvents(operation),
  );
}

/** The webhooks of a workspace, by name. */
export async function listWebhooks(
  session: Session,
  caller: Caller,
  query: Pick<WebhookQuery, "workspaceId">,
): Promise<readonly FoundWebhook[]> {
  return await session.run("list the webhooks of the workspace", caller, async (operation) => {
    const workspaceId = await session.workspaceId(query.workspaceId, operation);
    const webhooks = [...(await session.api.listWebhooks(workspaceId, operation))];
    const ordered = webhooks.sort((a, b) => compare(a.name, b.name) || compare(a.id, b.id));
    return ordered.map((webhook) => found(webhook, workspaceId));
  });
}

/**
 * The one webhook that is looked for.
 * @throws Up42Error when there are several, or when the query names no webhook; caused by a {@link NoMatchError} when
 * none has the name and the URL.
 */
export async function findWebhook(
  session: Session,
  caller: Caller,
  query: WebhookQuery,
): Promise<FoundWebhook> {
  const { id, name, url } = query;
  if ((id !== undefined) === (name !== undefined || url !== undefined)) {
    throw new Up42Error(
      "Failed to find a webhook: getWebhook takes an id alone, or else a name, a url or both. Give one of these.",
      { isComplete: true },
    );
  }
  return await session.run(`find ${spell(query)}`, caller, async (operation) => {
    const workspaceId = await session.workspaceId(query.workspaceId, operation);
    if (id === undefined) {
      const webhooks = await session.api.listWebhooks(workspaceId, operation);
      return found(theOnly(session, matching(webhooks, query), workspaceId), workspaceId);
    }
    const webhook = await session.api.getWebhook(workspaceId, id, operation);
    if (webhook === undefined) {
      throw missingWebhook(session, workspaceId);
    }
    return found(webhook, workspaceId);
  });
}

function spell({ id, name, url }: WebhookQuery): string {
  const parts = [
    name === undefined ? [] : [`the name "${name}"`],
    url === undefined ? [] : [`the URL ${url}`],
  ].flat();
  return id === undefined ? `the webhook with ${parts.join(" and ")}` : `webhook ${id}`;
}

function matching(webhooks: readonly RemoteWebhook[], { name, url }: WebhookQuery): readonly RemoteWebhook[] {
  return webhooks.filter(
    (one) => (name === undefined || one.name === name) && (url === undefined || sameUrl(one.url, url)),
  );
}

function theOnly(session: Session, webhooks: readonly RemoteWebhook[], workspaceId: string): RemoteWebhook {
  const [first, ...others] = webhooks;
  if (first === undefined) {
    throw new NoMatchError(`there is none in workspace ${workspaceId}`, {
      nextStep: `Check the spelling, and the workspace (workspaceId, or ${session.settingName("workspaceId")})`,
    });
  }
  if (others.length > 0) {
    const ids = webhooks.map(({ id }) => id).join(", ");
    throw new Up42Error(`there are ${webhooks.length} in workspace ${workspaceId} (${ids})`, {
      nextStep: "Look it up by its id",
    });
  }
  return first;
}

/** A masked secret is of no use. */
function found({ secret, ...rest }: RemoteWebhook, workspaceId: string): FoundWebhook {
  return { ...rest, secret: isConcealed(secret) ? undefined : secret, workspaceId };
}

/** By code units, so that the order is the same everywhere. */
function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
