import * as v from "valibot";
import { AnswerError } from "./errors";
import type { RemoteWebhook, WebhookSpec } from "./model";

/**
 * UP42's JSON on one side, our types on the other; nothing else in this package knows the shape of an answer.
 * Unknown fields are dropped, so that what UP42 adds tomorrow cannot show up as a change.
 */

const text = v.pipe(
  v.nullish(v.string(), ""),
  v.transform((value) => value.trim()),
);

/** UP42's own examples have one string with commas in it: `["job.status, order.status"]`. */
const eventNames = v.pipe(
  v.array(v.string()),
  v.transform((events) => normalizeEvents(events)),
);

const webhook = v.pipe(
  v.object({
    id: v.pipe(v.string(), v.nonEmpty("is empty")),
    name: v.string(),
    url: v.string(),
    events: eventNames,
    active: v.nullish(v.boolean(), false),
    secret: v.nullish(v.string(), ""),
    createdAt: text,
    updatedAt: text,
  }),
  v.transform(
    ({ secret, ...rest }): RemoteWebhook => ({ ...rest, secret: secret === "" ? undefined : secret }),
  ),
);

const event = v.object({
  name: v.pipe(v.string(), v.nonEmpty("is empty")),
  title: text,
  category: text,
  description: text,
  documentation: text,
});

const eventTest = v.object({
  eventName: v.string(),
  success: v.boolean(),
  message: text,
  response: text,
  startedAt: text,
});

const testRun = v.object({
  startedAt: text,
  testsRun: v.number(),
  testsSucceeded: v.number(),
  testsFailed: v.number(),
  tests: v.array(eventTest),
});

/** Newer answers carry the token at the top, older ones in `data` (see docs/lifecycle.md, "Tokens"). */
const token = v.pipe(
  v.object({
    access_token: v.optional(v.string()),
    expires_in: v.optional(v.number()),
    data: v.nullish(v.object({ accessToken: v.optional(v.string()), expiresIn: v.optional(v.number()) })),
  }),
  v.transform((answer) => ({
    accessToken: answer.access_token ?? answer.data?.accessToken ?? "",
    expiresInSeconds: answer.expires_in ?? answer.data?.expiresIn,
  })),
  v.check((answer) => answer.accessToken !== "", "has no access token"),
);

/**
 * What a delete answers is not documented. But one that speaks of something else (a list, a token) answers another
 * request, as happens when a proxy delivers an answer twice on a kept-alive connection.
 */
const deletion = v.object({
  data: v.nullish(
    v.pipe(
      v.custom<object>((data) => typeof data === "object" && !Array.isArray(data), "is not an object"),
      v.object({ id: v.optional(v.string()), accessToken: v.optional(v.never()) }),
    ),
  ),
  access_token: v.optional(v.never()),
  sub: v.optional(v.never()),
});

const envelope = <const T extends v.GenericSchema>(data: T) => v.object({ data });

export const schemas = {
  webhook: envelope(webhook),
  webhooks: envelope(v.array(webhook)),
  events: envelope(v.array(event)),
  testRun: envelope(testRun),
  token,
  userinfo: v.object({ sub: v.pipe(v.string(), v.nonEmpty("is empty")) }),
};

/** Parses the body of a success; the only way an answer gets into this package. @throws AnswerError */
export function parseAnswer<const T extends v.GenericSchema>(
  schema: T,
  body: string,
  what: string,
): v.InferOutput<T> {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    throw new AnswerError(
      `Could not ${what}: UP42's answer is not JSON (${body.length} characters, or cut off).`,
    );
  }
  const result = v.safeParse(schema, json, { abortEarly: true });
  if (!result.success) {
    const [issue] = result.issues;
    const path = v.getDotPath(issue) ?? "the body";
    throw new AnswerError(
      `Could not ${what}: UP42's answer has an unexpected form: "${path}" ${reasonOf(issue)}.`,
    );
  }
  return result.output;
}

/** Names types only, never values: an answer may hold a secret. */
function reasonOf(issue: v.BaseIssue<unknown>): string {
  return issue.kind === "schema" ? `should be ${issue.expected}` : issue.message;
}

/**
 * Makes sure that an answer to a delete is about the webhook that was to be deleted, as far as it says anything.
 * @throws AnswerError
 */
export function checkDeletion(body: string, id: string, what: string): void {
  if (body.trim() === "") {
    return;
  }
  const { data } = parseAnswer(deletion, body, what);
  if (data?.id !== undefined) {
    checkId(data.id, id, what);
  }
}

/** Makes sure that an answer is about the webhook that was asked for. @throws AnswerError */
export function checkId(id: string, wanted: string, what: string): void {
  if (id !== wanted) {
    throw new AnswerError(`Could not ${what}: UP42 answered with another webhook (${id}).`);
  }
}

/** Splits at commas, trims, drops doubles and sorts: the form in which sets of events can be compared. */
export function normalizeEvents(events: readonly string[]): readonly string[] {
  const names = events.flatMap((one) => one.split(",")).map((name) => name.trim());
  return [...new Set(names.filter((name) => name !== ""))].sort();
}

/** The body of create and edit, in the order of UP42's own examples. An empty secret takes a webhook's secret away. */
export function webhookBody(spec: WebhookSpec): Record<string, unknown> {
  return {
    events: spec.events,
    name: spec.name,
    url: spec.url,
    ...(spec.secret === undefined ? {} : { secret: spec.secret }),
    active: spec.active,
  };
}
