import { changedProperties } from "../changed-properties";
import { unknownEvents } from "../event-names";
import {
  type Checked,
  type CheckFailure,
  compact,
  failure,
  failureOf,
  type Known,
  type Properties,
  parseInputs,
} from "../properties";
import type { Call } from "../resource";
import { resolveWorkspaceId } from "../webhook/check";
import { webhookTestInputFields, withoutName } from "./fields";

type KnownInputs = Known<typeof webhookTestInputFields>;

/** Checks a test's inputs; asks UP42 for its events only when `eventNames` are new. */
export async function checkWebhookTest(call: Call, olds: Properties, news: Properties): Promise<Checked> {
  const { known, failures } = parseInputs(webhookTestInputFields, news);
  const all = [...failures, ...(failures.length === 0 ? targetFailures(news, known) : [])];
  if (all.length > 0) {
    return { inputs: news, failures: all };
  }
  try {
    return await checked(call, olds, news, known);
  } catch (error) {
    return { inputs: news, failures: [failureOf(error)] };
  }
}

async function checked(
  call: Call,
  olds: Properties,
  news: Properties,
  { eventNames }: KnownInputs,
): Promise<Checked> {
  const session = call.sessions.for(news.profile);
  const tested: Properties =
    typeof news.webhook === "object" && news.webhook !== null ? { ...news.webhook } : {};
  return await session.run("check a webhook test", call, async (operation) => {
    const named = news.workspaceId ?? tested.workspaceId ?? news.webhook;
    const workspaceId = await resolveWorkspaceId(session, olds, { workspaceId: named }, operation);
    const webhookId = news.webhookId ?? tested.id ?? news.webhook;
    const inputs = compact({ ...news, webhookId, workspaceId });
    const changed = changedProperties(withoutName(olds), withoutName(inputs));
    if (changed.size === 0) {
      return { inputs, failures: [] };
    }
    const [, failures] = await Promise.all([
      session.api.login(operation),
      changed.has("eventNames") && eventNames !== undefined
        ? session.eventNames(call).then((known) => unknownEvents("eventNames", eventNames, known))
        : [],
    ]);
    return { inputs, failures };
  });
}

function targetFailures(news: Properties, known: KnownInputs): readonly CheckFailure[] {
  const hasWebhook = news.webhook !== undefined;
  const hasId = news.webhookId !== undefined;
  if (hasWebhook === hasId) {
    const found = hasWebhook
      ? "both webhook and webhookId are given"
      : "neither webhook nor webhookId is given";
    return [
      failure("webhook", `${found}: give the Webhook to test, or the id of one that this stack does not own`),
    ];
  }
  const subscribed = known.webhook?.events;
  const others =
    known.eventNames?.filter((name) => subscribed !== undefined && !subscribed.includes(name)) ?? [];
  return others.map((name) =>
    failure("eventNames", `the webhook does not subscribe to "${name}", only to ${subscribed?.join(", ")}`),
  );
}
