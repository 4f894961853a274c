import * as pulumi from "@pulumi/pulumi";
import { isRunByCli } from "../config/run-by-cli";
import type { Reporter } from "../lifecycle/caller";
import type { Session } from "../lifecycle/session";
import { Sessions } from "../lifecycle/sessions";
import { isConcealed, sameUrl } from "../lifecycle/webhook/compare";
import { missingWebhook } from "../lifecycle/webhook/read";
import { Up42Error } from "../up42/errors";
import type { RemoteWebhook, WebhookEvent } from "../up42/model";
import type { Operation } from "../up42/operation";
import type { GetWebhookArgs, GetWebhookResult, WorkspaceLookup } from "./results";

/**
 * One login for all functions of a program. The configuration is read again for each call: see {@link Sessions.for}.
 * The CLI runs a program and its resources with the same environment. An inline program of the Automation API runs in
 * another process than its resources, whose environment may name another account: it does not count.
 */
const sessions = new Sessions({ config: readStackConfig, env: isRunByCli() ? process.env : undefined });

const reporter: Reporter = {
  info: (line) => void pulumi.log.info(line),
  warn: (line) => void pulumi.log.warn(line),
  progress: (line) => void pulumi.log.info(line, undefined, undefined, true),
};

/** Reads a key such as `up42:password`, secret or not: the value goes nowhere but into the login. */
function readStackConfig(key: string): string | undefined {
  const [namespace, name = ""] = key.split(":");
  return new pulumi.Config(namespace).get(name);
}

/** @throws pulumi.RunError */
export async function listEvents({ profile }: Pick<WorkspaceLookup, "profile">): Promise<WebhookEvent[]> {
  return await run(profile, "list UP42's events", async (session, operation) => [
    ...(await session.api.listEvents(operation)),
  ]);
}

/** @throws pulumi.RunError */
export async function listWebhooks(lookup: WorkspaceLookup): Promise<GetWebhookResult[]> {
  return await run(lookup.profile, "list the webhooks of the workspace", async (session, operation) => {
    const workspaceId = await session.workspaceId(lookup.workspaceId, operation);
    const webhooks = [...(await session.api.listWebhooks(workspaceId, operation))];
    const ordered = webhooks.sort((a, b) => compare(a.name, b.name) || compare(a.id, b.id));
    return ordered.map((webhook) => resultOf(webhook, workspaceId));
  });
}

/** @throws pulumi.RunError */
export async function findWebhook(lookup: GetWebhookArgs): Promise<GetWebhookResult> {
  const { id, name, url } = lookup;
  if ((id !== undefined) === (name !== undefined || url !== undefined)) {
    throw new pulumi.RunError("getWebhook wants an id, or else a name or a url (or both of these).");
  }
  return await run(lookup.profile, `find ${wanted(lookup)}`, async (session, operation) => {
    const workspaceId = await session.workspaceId(lookup.workspaceId, operation);
    const webhook =
      id === undefined
        ? theOnly(session, await matching(session, workspaceId, lookup, operation), workspaceId)
        : await session.api.getWebhook(workspaceId, id, operation);
    if (webhook === undefined) {
      throw missingWebhook(session, workspaceId);
    }
    return resultOf(webhook, workspaceId);
  });
}

/**
 * {@link findWebhook}; undefined when nothing has the name and the URL.
 * @throws pulumi.RunError
 */
export async function findWebhookIfAny(lookup: GetWebhookArgs): Promise<GetWebhookResult | undefined> {
  try {
    return await findWebhook(lookup);
  } catch (error) {
    if (error instanceof NoMatchRunError) {
      return undefined;
    }
    throw error;
  }
}

/** No webhook has the name and the URL. */
class NoMatchError extends Up42Error {}

/** A {@link NoMatchError} as Pulumi shows it. */
class NoMatchRunError extends pulumi.RunError {}

function wanted({ id, name, url }: GetWebhookArgs): string {
  const parts = [
    name === undefined ? [] : [`the name "${name}"`],
    url === undefined ? [] : [`the URL ${url}`],
  ].flat();
  return id === undefined ? `the webhook with ${parts.join(" and ")}` : `webhook ${id}`;
}

async function matching(
  session: Session,
  workspaceId: string,
  { name, url }: GetWebhookArgs,
  operation: Operation,
): Promise<readonly RemoteWebhook[]> {
  return (await session.api.listWebhooks(workspaceId, operation)).filter(
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
    const found = webhooks.map(({ id }) => id).join(", ");
    throw new Up42Error(`there are ${webhooks.length} in workspace ${workspaceId} (${found})`, {
      nextStep: "Look it up by its id",
    });
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
async function run<T>(
  profile: string | undefined,
  what: string,
  work: (session: Session, operation: Operation) => Promise<T>,
): Promise<T> {
  try {
    const session = sessions.for(profile);
    return await session.run(what, { reporter }, async (operation) => await work(session, operation));
  } catch (error) {
    if (error instanceof Up42Error) {
      const { message, cause } = error;
      throw cause instanceof NoMatchError ? new NoMatchRunError(message) : new pulumi.RunError(message);
    }
    throw error;
  }
}
