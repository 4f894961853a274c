import * as v from "valibot";
import { isId } from "./ids";
import { printable } from "./printable";
import { line, text } from "./texts";

/** A webhook in UP42's JSON: what an answer has, and what a request has. */

export const id = v.pipe(v.string(), v.check(isId, "is not an id"));

/** UP42's own examples have one string with commas in it: `["job.status, order.status"]`. */
const eventNames = v.pipe(
  v.array(v.string()),
  v.transform((events) => normalizeEvents(events.map(printable))),
);

const answered = v.object({
  id,
  name: line,
  url: line,
  /** A sorted set: order carries no meaning at UP42. */
  events: eventNames,
  active: v.nullish(v.boolean(), false),
  secret: v.nullish(v.string(), ""),
  /** ISO 8601. */
  createdAt: text,
  /** ISO 8601. */
  updatedAt: text,
});

/** A webhook as UP42 answers it. */
export type RemoteWebhook = Readonly<Omit<v.InferOutput<typeof answered>, "secret">> & {
  /** Undefined: it has none, or UP42 does not show it. Nothing distinguishes the two. */
  readonly secret?: string | undefined;
};

/** What a webhook is meant to be; what we send to UP42. Without a secret when that is undefined. */
export type WebhookSpec = Omit<RemoteWebhook, "id" | "createdAt" | "updatedAt">;

export const webhook = v.pipe(
  answered,
  v.transform(
    ({ secret, ...rest }): RemoteWebhook => ({ ...rest, secret: secret === "" ? undefined : secret }),
  ),
);

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

/** Splits at commas, trims, drops doubles and sorts: the form in which sets of events can be compared. */
export function normalizeEvents(events: readonly string[]): readonly string[] {
  const names = events.flatMap((one) => one.split(",")).map((name) => name.trim());
  return [...new Set(names.filter((name) => name !== ""))].sort();
}
