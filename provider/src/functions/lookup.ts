import * as pulumi from "@pulumi/pulumi";
import type { Session } from "../lifecycle/session";
import { isConcealed, sameUrl } from "../lifecycle/webhook/compare";
import { missingWebhook } from "../lifecycle/webhook/webhook";
import { Up42Error } from "../up42/errors";
import type { RemoteWebhook, WebhookEvent } from "../up42/model";
import type { GetWebhookArgs, GetWebhookResult, WorkspaceLookup } from "./results";
import { sessionOfProgram } from "./sessions";

/** @throws pulumi.RunError */
export async function listEvents({ profile }: Pick<WorkspaceLookup, "profile">): Promise<WebhookEvent[]> {
  return await withoutTrace(async () => {
    const session = sessionOfProgram(profile);
    return [...(await session.api.listEvents(session.operation("list UP42's events")))];
  });
}

/** @throws pulumi.RunError */
export async function listWebhooks(lookup: WorkspaceLookup): Promise<GetWebhookResult[]> {
  return await withoutTrace(async () => {
    const session = sessionOfProgram(lookup.profile);
    const workspaceId = await workspaceOf(session, lookup);
    const webhooks = await list(session, workspaceId);
    const ordered = webhooks.sort((a, b) => compare(a.name, b.name) || compare(a.id, b.id));
    return ordered.map((webhook) => resultOf(webhook, workspaceId));
  });
}

/** @throws pulumi.RunError */
export async function findWebhook(lookup: GetWebhookArgs): Promise<GetWebhookResult> {
  return await withoutTrace(async () => {
    const { id, name, url } = lookup;
    if ((id !== undefined) === (name !== undefined || url !== undefined)) {
      throw new Up42Error("getWebhook wants an id, or else a name or a url (or both of these).");
    }
    const session = sessionOfProgram(lookup.profile);
    const workspaceId = await workspaceOf(session, lookup);
    const webhook =
      id === undefined
        ? theOnly(await matching(session, workspaceId, lookup), lookup, workspaceId)
        : await read(session, workspaceId, id);
    return resultOf(webhook, workspaceId);
  });
}

async function workspaceOf(session: Session, { workspaceId }: WorkspaceLookup): Promise<string> {
  return workspaceId ?? session.configuredWorkspaceId ?? (await session.ownWorkspaceId());
}

async function list(session: Session, workspaceId: string): Promise<RemoteWebhook[]> {
  const operation = session.operation(`list the webhooks of workspace ${workspaceId}`);
  return [...(await session.api.listWebhooks(workspaceId, operation))];
}

async function read(session: Session, workspaceId: string, id: string): Promise<RemoteWebhook> {
  const webhook = await session.api.getWebhook(workspaceId, id, session.operation(`read webhook ${id}`));
  if (webhook === undefined) {
    throw missingWebhook(id, workspaceId);
  }
  return webhook;
}

async function matching(
  session: Session,
  workspaceId: string,
  { name, url }: GetWebhookArgs,
): Promise<readonly RemoteWebhook[]> {
  return (await list(session, workspaceId)).filter(
    (one) => (name === undefined || one.name === name) && (url === undefined || sameUrl(one.url, url)),
  );
}

function theOnly(
  webhooks: readonly RemoteWebhook[],
  { name, url }: GetWebhookArgs,
  workspaceId: string,
): RemoteWebhook {
  const wanted = [
    name === undefined ? [] : [`the name "${name}"`],
    url === undefined ? [] : [`the URL ${url}`],
  ];
  const [first, ...others] = webhooks;
  if (first === undefined || others.length > 0) {
    const found = webhooks.map(({ id }) => id).join(", ");
    throw new Up42Error(
      `Could not find the webhook with ${wanted.flat().join(" and ")} in workspace ${workspaceId}: ` +
        (first === undefined
          ? "there is none. Check the spelling, and the workspace (workspaceId, or up42:workspaceId)."
          : `there are ${webhooks.length} (${found}). Look it up by its id.`),
    );
  }
  return first;
}

/** A secret that UP42 masks is none that anybody could use. */
function resultOf({ secret, events, ...rest }: RemoteWebhook, workspaceId: string): GetWebhookResult {
  return {
    ...rest,
    events: [...events],
    secret: secret === undefined || isConcealed(secret) ? undefined : pulumi.secret(secret),
    workspaceId,
  };
}

/** By code units, so that the order is the same everywhere. */
function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** Pulumi shows a `RunError` by its message alone; anything else comes with a trace that helps no user. */
async function withoutTrace<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof Up42Error ? new pulumi.RunError(error.message) : error;
  }
}
