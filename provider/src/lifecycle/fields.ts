import * as v from "valibot";
import { isLoopback } from "../config";

/** What each property of our resources must look like; the messages complete "<property>: …". */

const nonEmptyText = v.pipe(
  v.string("must be a string"),
  v.check((value) => value.trim() !== "", "must not be empty"),
);

const url = v.pipe(
  v.string("is required: the https:// address that UP42 sends notifications to"),
  v.check(
    (value) => value.trim() !== "",
    "must not be empty: give the https:// address that UP42 sends notifications to",
  ),
  v.check(
    (value) => URL.canParse(value) && value === value.trim(),
    "must be an absolute URL, like https://example.com/up42",
  ),
  v.check((value) => {
    const { username, password } = new URL(value);
    return username === "" && password === "";
  }, "must not carry credentials (user:password@): UP42 shows it to everybody in the workspace. Use `secret` to prove where notifications come from"),
  v.check((value) => {
    const parsed = new URL(value);
    return parsed.protocol === "https:" || (parsed.protocol === "http:" && isLoopback(parsed));
  }, "must start with https:// (http:// is accepted only for this machine, with the emulator)"),
);

const eventName = v.pipe(
  v.string('must be a list of strings, like ["order.status"]'),
  v.check((name) => name.trim() !== "", "must not hold an empty name"),
  v.check((name) => name === name.trim(), "must not have spaces around a name"),
  v.check(
    (name) => !name.includes(","),
    'must hold one name per string: ["job.status", "order.status"], not ["job.status, order.status"]',
  ),
);

const distinct = (names: string[]): boolean => new Set(names).size === names.length;
const twice = "must not name an event twice";

const events = v.pipe(
  v.array(eventName, 'is required: the list of events to be notified of, like ["order.status"]'),
  v.minLength(1, 'must name at least one event, like ["order.status"]'),
  v.check(distinct, twice),
);

const profile = v.optional(nonEmptyText);
const workspaceId = v.optional(nonEmptyText);

/** The inputs of a `Webhook`, as a user writes them. */
export const webhookFields = {
  url,
  events,
  name: nonEmptyText,
  secret: v.optional(
    v.pipe(
      v.string("must be a string"),
      v.check((secret) => secret !== "", "must not be empty: leave it out for a webhook without a secret"),
    ),
  ),
  active: v.optional(v.boolean("must be true or false")),
  workspaceId,
  ifExists: v.optional(v.picklist(["error", "adopt", "create"], 'must be "error", "adopt" or "create"')),
  profile,
};

/** What a test remembers of the webhook it tested, to see that it has changed since. */
const testedWebhook = v.object(
  {
    id: nonEmptyText,
    workspaceId: nonEmptyText,
    url: v.string(),
    events: v.array(v.string()),
    active: v.boolean(),
    updatedAt: v.string(),
  },
  "must be a Webhook",
);

/** The inputs of a `WebhookTest`, as a user writes them. */
export const webhookTestFields = {
  webhook: v.optional(testedWebhook),
  webhookId: v.optional(nonEmptyText),
  workspaceId,
  eventNames: v.optional(
    v.pipe(v.array(eventName, 'must be a list of events, like ["order.status"]'), v.check(distinct, twice)),
  ),
  triggers: v.optional(v.array(v.unknown(), "must be a list")),
  alwaysRun: v.optional(v.boolean("must be true or false")),
  timeoutSeconds: v.optional(
    v.pipe(
      v.number("must be a number of seconds"),
      v.check((seconds) => Number.isFinite(seconds) && seconds > 0, "must be more than 0 seconds"),
    ),
  ),
  profile,
};

/** The inputs of a webhook after `check`: complete. */
export const webhookInputs = v.object({
  name: v.string(),
  url: v.string(),
  events: v.array(v.string()),
  active: v.optional(v.boolean(), false),
  secret: v.optional(v.string()),
  workspaceId: v.string(),
  ifExists: v.optional(v.picklist(["error", "adopt", "create"])),
  profile: v.optional(v.string()),
});

/** A webhook in the stack's state. */
export const webhookState = v.object({
  ...webhookInputs.entries,
  createdAt: v.optional(v.string(), ""),
  updatedAt: v.optional(v.string(), ""),
});

/** The inputs of a test after `check`: complete. */
export const webhookTestInputs = v.object({
  webhookId: v.string(),
  workspaceId: v.string(),
  webhook: v.optional(v.looseObject({})),
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

export type WebhookInputs = v.InferOutput<typeof webhookInputs>;
export type WebhookState = v.InferOutput<typeof webhookState>;
export type WebhookTestInputs = v.InferOutput<typeof webhookTestInputs>;
export type WebhookTestState = v.InferOutput<typeof webhookTestState>;
