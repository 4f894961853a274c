import { normalizeEvents, type WebhookSpec } from "../../up42/webhook";

/** What makes two webhooks the same for a receiver. */
export type Identity = Pick<WebhookSpec, "name" | "url">;

/** A text that two webhooks share when they have the same name and URL, as far as these are well spelled. */
export function identityKey({ name, url }: Identity): string {
  return `${name}\n${new URL(url).href}`;
}

/** Names shorter than this are never compared by their beginning: too many would be alike. */
const SHORTEST_CUT_NAME = 16;

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
 * Whether UP42 does not show a secret in clear: not at all, or as a mask such as `****`, `QW…` or `abc...`. Whether
 * UP42 does so is not documented, so every usual way of masking is recognised.
 */
export function isConcealed(secret: string | undefined): boolean {
  return (
    secret === undefined ||
    /([*•●·])\1{2,}|…|\.{3,}|^x{3,}$|^[<[(]?(redacted|hidden|masked|secret)[>\])]?$/iu.test(secret)
  );
}

/** Whether two webhooks have the same name and URL: each notification would arrive twice. */
export function sameIdentity(a: Identity, b: Identity): boolean {
  return a.name === b.name && sameUrl(a.url, b.url);
}

/** The same for a server that may have respelled them: trimmed or cut a name, added a slash, dropped a fragment. */
export function similarIdentity(a: Identity, b: Identity): boolean {
  return similarNames(a.name, b.name) && similarUrls(a.url, b.url);
}

/** Whether two names can be one that UP42 trimmed, cut or put in another case. */
export function similarNames(a: string, b: string): boolean {
  const [first, second] = [a, b].map((name) => name.trim().replace(/\s+/g, " ").toLowerCase());
  if (first === undefined || second === undefined || first === second) {
    return true;
  }
  const [shorter, longer] = first.length < second.length ? [first, second] : [second, first];
  return shorter.length >= SHORTEST_CUT_NAME && longer.startsWith(shorter);
}

/** Whether two URLs can be one that UP42 respelled. */
export function similarUrls(a: string, b: string): boolean {
  return sameUrl(a, b) || (URL.canParse(a) && URL.canParse(b) && bareUrl(a) === bareUrl(b));
}

function bareUrl(url: string): string {
  const { protocol, host, pathname, search } = new URL(url);
  return `${protocol}//${host}${pathname.replace(/\/+$/, "")}${search}`.toLowerCase();
}

/** Whether two of UP42's timestamps are the same moment; they come with any number of fractional digits. */
export function sameTime(a: string, b: string): boolean {
  return a === b || trimmedTime(a) === trimmedTime(b);
}

/** Whether the first timestamp is after the second one; of two that cannot be compared, neither is. */
export function isLater(a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined || sameTime(a, b)) {
    return false;
  }
  const [first, second] = [Date.parse(a), Date.parse(b)];
  // Date has milliseconds, UP42 microseconds: within one millisecond the digits decide.
  return first === second ? fractionOf(a) > fractionOf(b) : first > second;
}

/** The digits after the seconds: as texts, they sort like the numbers that they are. */
function fractionOf(time: string): string {
  return /\.(\d+)/.exec(trimmedTime(time))?.[1] ?? "";
}

function trimmedTime(time: string): string {
  return time.replace(/(\.\d*?)0+(?=\D*$)/, "$1").replace(/\.(?=\D*$)/, "");
}
