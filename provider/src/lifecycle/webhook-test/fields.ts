import * as v from "valibot";
import type { Properties } from "../properties";
import { eventNames, id, nonEmptyText } from "../webhook/fields";

/** What a test remembers of the webhook it tested, to see that it has changed since. */
const testedWebhook = v.object(
  {
    id: nonEmptyText,
    name: v.optional(v.string()),
    workspaceId: nonEmptyText,
    url: v.string(),
    events: v.array(v.string()),
    active: v.boolean(),
    updatedAt: v.string(),
  },
  "must be a Webhook",
);

/** The names of what a test remembers of its webhook. */
export const TESTED_FIELDS: readonly string[] = Object.keys(testedWebhook.entries);

/** The inputs of a `WebhookTest`, as a user writes them. */
export const webhookTestInputFields = {
  webhook: v.optional(testedWebhook),
  webhookId: v.optional(id),
  workspaceId: v.optional(id),
  eventNames: v.optional(eventNames('must be a list of events, like ["order.status"]')),
  triggers: v.optional(v.array(v.unknown(), "must be a list")),
  alwaysRun: v.optional(v.boolean("must be true or false")),
  timeoutSeconds: v.optional(
    v.pipe(
      v.number("must be a number of seconds"),
      v.check((seconds) => Number.isFinite(seconds) && seconds > 0, "must be more than 0 seconds"),
    ),
  ),
  profile: v.optional(nonEmptyText),
};

/**
 * The properties without the tested webhook's name: that is for messages alone, and earlier versions did not store it.
 */
export function withoutName(properties: Properties): Properties {
  const { webhook } = properties;
  return typeof webhook === "object" && webhook !== null
    ? { ...properties, webhook: { ...webhook, name: undefined } }
    : properties;
}

/** The inputs of a test after `check`: complete. */
export const webhookTestInputs = v.object({
  webhookId: v.string(),
  workspaceId: v.string(),
  webhook: v.optional(
    v.looseObject({
      name: v.optional(v.string()),
      url: v.optional(v.string()),
      events: v.optional(v.array(v.string())),
      active: v.optional(v.boolean()),
    }),
  ),
  eventNames: v.optional(v.array(v.string())),
  triggers: v.optional(v.array(v.unknown())),
  alwaysRun: v.optional(v.boolean()),
  timeoutSeconds: v.optional(v.number()),
  profile: v.optional(v.string()),
});

/** A webhook test in the state: its inputs, and how the test went. */
export const webhookTestState = v.object({
  ...webhookTestInputs.entries,
  testsRun: v.optional(v.number()),
  testsSucceeded: v.optional(v.number()),
});

export type WebhookTestInputs = v.InferOutput<typeof webhookTestInputs>;
export type WebhookTestState = v.InferOutput<typeof webhookTestState>;
