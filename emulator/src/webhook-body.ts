import { ApiError, type ErrorDetail } from "./envelope";
import { eventNames, type WebhookBody, type WebhookEvent } from "./model";

/** JSON schema of what creates or replaces a webhook. */
export const webhookBodySchema = {
  type: "object",
  required: ["events", "name", "url"],
  additionalProperties: false,
  properties: {
    events: { type: "array", minItems: 1, items: { type: "string", minLength: 1 } },
    name: { type: "string", minLength: 1 },
    url: { type: "string", minLength: 1 },
    secret: { type: "string" },
    active: { type: "boolean" },
  },
} as const;

/**
 * Checks what a JSON schema can't say.
 * @throws ApiError 400 naming each field that is wrong and what would be right.
 */
export function checkWebhookBody(body: WebhookBody, events: readonly WebhookEvent[]): void {
  const known = events.map((event) => event.name);
  const details: ErrorDetail[] = eventNames(body.events)
    .filter((name) => !known.includes(name))
    .map((name) => ({
      field: "events",
      message: `${JSON.stringify(name)} isn't one of ${known.join(", ")}`,
    }));
  const wrongUrl = checkUrl(body.url);
  if (wrongUrl !== undefined) details.push({ field: "url", message: wrongUrl });
  if (details.length === 0) return;
  const message = details.map((detail) => `${detail.field}: ${detail.message}`).join("; ");
  throw new ApiError(400, `The webhook isn't valid: ${message}.`, details);
}

function checkUrl(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url.hostname))) return undefined;
  return "must be an absolute https:// URL (http:// is possible for this machine's own addresses only)";
}

/** Whether a host name, as `URL` gives it, is this machine's own. */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}
