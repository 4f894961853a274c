import type { Properties } from "../lifecycle/properties";
import type { Call } from "../lifecycle/resource";
import type { Session } from "../lifecycle/session";
import { findWebhook, listEvents, listWebhooks, type WebhookQuery } from "../lifecycle/webhook/find";
import { Up42Error } from "../up42/errors";

type Run = (session: Session, call: Call, query: WebhookQuery) => Promise<Properties>;

const FUNCTIONS: ReadonlyMap<string, Run> = new Map<string, Run>([
  [
    "up42:index:getWebhook",
    async (session, call, query) => ({ ...(await findWebhook(session, call, query)) }),
  ],
  [
    "up42:index:getWebhooks",
    async (session, call, query) => ({ webhooks: await listWebhooks(session, call, query) }),
  ],
  ["up42:index:getWebhookEvents", async (session, call) => ({ events: await listEvents(session, call) })],
]);

/** Calls a function of the provider's. @throws Up42Error */
export async function callFunction(token: string, call: Call, args: Properties): Promise<Properties> {
  const run = FUNCTIONS.get(token);
  if (run === undefined) {
    throw new Up42Error(
      `Failed to find the function "${token}": this provider has ${[...FUNCTIONS.keys()].join(", ")}. Correct the name, ` +
        "or update the provider.",
      { isComplete: true },
    );
  }
  return await run(call.sessions.for(undefined), call, queryOf(args));
}

function queryOf({ id, name, url, workspaceId }: Properties): WebhookQuery {
  return {
    id: text("id", id),
    name: text("name", name),
    url: text("url", url),
    workspaceId: text("workspaceId", workspaceId),
  };
}

function text(name: string, value: unknown): string | undefined {
  if (value !== undefined && typeof value !== "string") {
    throw new Up42Error(`Failed to look up webhooks: ${name} must be a string. Correct it and try again.`, {
      isComplete: true,
    });
  }
  return value;
}
