import type { Operation } from "../../up42/operation";
import { unknownEvents } from "../event-names";
import { webhookFields } from "../fields";
import {
  type Bag,
  type Checked,
  type CheckFailure,
  compact,
  failureOf,
  hasUnknown,
  type Known,
  parseInputs,
  sameValue,
} from "../properties";
import type { Session } from "../session";

type KnownInputs = Known<typeof webhookFields>;

/** Changes of these never reach UP42, so they need not be checked there. */
const LOCAL = new Set(["ifExists"]);

/**
 * Checks a webhook's inputs and fills in the defaults. Asks UP42 only when something is new or has changed: that
 * the credentials are accepted, that the events exist, and that the workspace is ours.
 */
export async function checkWebhook(session: () => Session, olds: Bag, news: Bag): Promise<Checked> {
  const { known, failures } = parseInputs(webhookFields, news);
  if (failures.length > 0) {
    return { inputs: news, failures };
  }
  try {
    const workspaceId = await resolveWorkspaceId(session(), olds, news);
    const inputs = compact({ ...news, active: news.active ?? false, workspaceId });
    return { inputs, failures: await checkAtUp42(session(), olds, inputs, known) };
  } catch (error) {
    return { inputs: news, failures: [failureOf(error)] };
  }
}

/** The argument, the configuration, what it was before, or the account's own; the last is asked for only once ever. */
export async function resolveWorkspaceId(session: Session, olds: Bag, news: Bag): Promise<unknown> {
  const before = olds.workspaceId;
  return (
    news.workspaceId ??
    session.configuredWorkspaceId ??
    (typeof before === "string" && !hasUnknown(before) ? before : await session.ownWorkspaceId())
  );
}

async function checkAtUp42(
  session: Session,
  olds: Bag,
  inputs: Bag,
  known: KnownInputs,
): Promise<readonly CheckFailure[]> {
  const changed = changedKeys(olds, inputs);
  if (changed.size === 0) {
    return [];
  }
  const operation = session.operation(`check webhook "${known.name ?? "(name not known yet)"}"`);
  const [eventFailures] = await Promise.all([
    changed.has("events") && known.events !== undefined ? checkEvents(session, known.events) : [],
    session.api.login(operation),
    changed.has("workspaceId") ? checkWorkspace(session, inputs.workspaceId, known, operation) : undefined,
  ]);
  return eventFailures;
}

export function changedKeys(olds: Bag, news: Bag): ReadonlySet<string> {
  const keys = [...Object.keys(olds), ...Object.keys(news)].filter(
    (key) => !key.startsWith("__") && !LOCAL.has(key),
  );
  return new Set(keys.filter((key) => !sameValue(olds[key], news[key])));
}

async function checkEvents(session: Session, events: readonly string[]): Promise<readonly CheckFailure[]> {
  return unknownEvents("events", events, await session.eventNames());
}

/** The list is needed before the first create anyway; here, it also tells whether the workspace is ours. */
async function checkWorkspace(
  session: Session,
  workspaceId: unknown,
  { name, url, ifExists = "error" }: KnownInputs,
  operation: Operation,
): Promise<void> {
  if (typeof workspaceId !== "string" || hasUnknown(workspaceId)) {
    return;
  }
  const workspace = session.workspace(workspaceId);
  await workspace.before({
    ...operation,
    what: `list the webhooks of workspace ${workspaceId} (workspaceId)`,
  });
  if (name === undefined || url === undefined) {
    return;
  }
  const consequence = {
    error: "creating it is going to be refused, unless the stack deletes that one first (see ifExists)",
    adopt: "it is going to be taken over",
    create: "a second one is going to be created",
  }[ifExists];
  for (const twin of await workspace.twinsBefore({ name, url }, operation)) {
    session.report(
      `Webhook "${name}": the workspace has one with this name and URL already (${twin.id}); ${consequence}.`,
    );
  }
}
