import type { RemoteWebhook, WebhookSpec } from "../../up42/model";
import { normalizeEvents } from "../../up42/wire";

/** Whether two URLs mean the same address, however they are written (`https://a.com` and `https://a.com/`). */
export function sameUrl(a: string, b: string): boolean {
  return a === b || (URL.canParse(a) && URL.canParse(b) && new URL(a).href === new URL(b).href);
}

/** Whether two lists of events are the same set. */
export function sameEvents(a: readonly string[], b: readonly string[]): boolean {
  // Mostly they are written alike, and there may be thousands of webhooks.
  return sameNames(a, b) || sameNames(normalizeEvents(a), normalizeEvents(b));
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, index) => name === b[index]);
}

/**
 * Whether a secret is not told in clear: not at all, or as a mask such as `****` or `QW********nu`. Whether UP42
 * does so is not documented, hence every usual way of masking is recognised.
 */
export function isConcealed(secret: string | undefined): boolean {
  return (
    secret === undefined ||
    /([*•●…·])\1{2,}|^x{3,}$|^[<[(]?(redacted|hidden|masked|secret)[>\])]?$/iu.test(secret)
  );
}

/** Whether a webhook at UP42 is what `spec` asks for, as far as UP42 tells. */
export function matchesSpec(remote: RemoteWebhook, spec: WebhookSpec): boolean {
  return (
    sameIdentity(remote, spec) &&
    sameEvents(remote.events, spec.events) &&
    remote.active === spec.active &&
    (isConcealed(remote.secret) || remote.secret === spec.secret)
  );
}

/** Whether two webhooks have the same name and URL: what makes one a double of the other. */
export function sameIdentity(
  a: Pick<WebhookSpec, "name" | "url">,
  b: Pick<WebhookSpec, "name" | "url">,
): boolean {
  return a.name === b.name && sameUrl(a.url, b.url);
}
