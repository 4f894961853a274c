import { ApiError, type ErrorDetail } from "./envelope";
import { isListed, isLoopback } from "./hosts";
import { eventNames, type WebhookBody } from "./model";
import type { Settings } from "./options";

/**
 * Checks of a webhook's content what openapi.yaml can't say.
 *
 * @throws ApiError 400 naming each field that is wrong and what would be right.
 */
export function checkWebhookBody(
  body: WebhookBody,
  { events, allowedReceivers }: Pick<Settings, "events" | "allowedReceivers">,
): void {
  const known = events.map((event) => event.name);
  const details: ErrorDetail[] = eventNames(body.events)
    .filter((name) => !known.includes(name))
    .map((name) => ({
      field: "events",
      message: `${JSON.stringify(name)} isn't one of ${known.join(", ")}`,
    }));
  if (!isReceiver(body.url, allowedReceivers)) {
    details.push({ field: "url", message: WRONG_URL });
  }
  if (details.length === 0) {
    return;
  }
  const message = details.map((detail) => `${detail.field}: ${detail.message}`).join("; ");
  throw new ApiError(400, `The webhook isn't valid: ${message}.`, details);
}

const WRONG_URL =
  "must be an absolute https:// URL (the emulator takes http:// for this machine's own addresses, and for hosts " +
  "that --allow-receiver names)";

function isReceiver(text: string, allowed: readonly string[]): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "https:") {
    return true;
  }
  return url?.protocol === "http:" && (isLoopback(url.hostname) || isListed(url.hostname, allowed));
}
