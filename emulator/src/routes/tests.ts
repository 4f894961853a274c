import type { FastifyInstance } from "fastify";
import type { Context } from "../context";
import { type Delivery, isSuccess } from "../deliveries";
import { description } from "../description";
import { ApiError, success as envelope } from "../envelope";
import { eventNames, type StoredWebhook } from "../model";
import { createNotification } from "../notification";
import { timestamp } from "../time";
import { requireWebhook, type WebhookParams } from "./webhooks";

interface TestBody {
  readonly eventNames?: readonly string[];
}

/** Sends a test notification of each event to a webhook's URL, whether the webhook is active or not. */
export function testRoutes(app: FastifyInstance, context: Context): void {
  app.route<{ Params: WebhookParams; Body: TestBody }>({
    ...description().route("testWebhook", context.settings.unknownFields),
    // UP42's own SDK sends no body at all; that is as good as an empty object.
    preValidation: (request, _reply, done) => {
      if (request.body === undefined) {
        request.body = {};
      }
      done();
    },
    handler: async ({ params, body }) => {
      const webhook = requireWebhook(context, params);
      const events = selectEvents(webhook, body.eventNames ?? []);
      const startedAt = timestamp();
      const tests = await Promise.all(events.map((event) => runTest(context, webhook, event)));
      const testsSucceeded = tests.filter((test) => test.success).length;
      const testsFailed = tests.length - testsSucceeded;
      return envelope({ startedAt, testsRun: tests.length, testsSucceeded, testsFailed, tests });
    },
  });
}

function selectEvents(webhook: StoredWebhook, chosen: readonly string[]): string[] {
  const subscribed = [...new Set(eventNames(webhook.events))];
  if (chosen.length === 0) {
    return subscribed;
  }
  const names = [...new Set(eventNames(chosen))];
  const details = names
    .filter((name) => !subscribed.includes(name))
    .map((name) => ({
      field: "eventNames",
      message: `${JSON.stringify(name)} isn't an event that the webhook is subscribed to (${subscribed.join(", ")})`,
    }));
  if (details.length > 0) {
    const message = details.map((detail) => detail.message).join("; ");
    throw new ApiError(400, `The test can't be run: ${message}.`, details);
  }
  return names;
}

async function runTest({ deliveries }: Context, webhook: StoredWebhook, event: string) {
  const startedAt = timestamp();
  const notification = createNotification(event, false);
  const delivery = await deliveries.start(webhook, notification).done;
  const { success, message, response } = judge(delivery);
  // UP42's example shows its header object serialised as this, not the headers themselves.
  const request = { headers: { caseInsensitiveName: true, empty: false }, body: notification };
  return { startedAt, eventName: event, success, message, request, response };
}

/** What UP42 says of a test that failed is not known; here, it is the receiver's own words, if it has any. */
function judge({ url, attempts }: Delivery): { success: boolean; message: string; response: string } {
  const attempt = attempts.at(-1);
  const answer = attempt?.response ?? null;
  if (attempt === undefined || answer === null) {
    const message = `Test request failed: ${attempt?.error ?? "it wasn't sent"}.`;
    return { success: false, message, response: "No response" };
  }
  const status = `${answer.status} ${answer.statusText}`.trim();
  const response = `HttpResponse[${url}, ${status}]`;
  if (isSuccess(attempt)) {
    return { success: true, message: "Test request was successful!", response };
  }
  const reason = attempt.reason || `the receiver answered ${status}`;
  return { success: false, message: `Test request failed: ${reason.replace(/\.$/, "")}.`, response };
}
