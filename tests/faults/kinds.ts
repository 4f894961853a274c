import type { Random } from "./random";

/** Every kind of fault that the proxy can inject, by the name that the summary shows. */
export const FAULT_KINDS = [
  "connection refused",
  "reset on accept",
  "reset before UP42 sees the request",
  "answer lost after the commit",
  "answer cut in the middle",
  "truncated body",
  "garbage body",
  "wrong content type",
  "HTML error page",
  "HTTP 500",
  "HTTP 502",
  "HTTP 503",
  "HTTP 504",
  "429 without Retry-After",
  "429, Retry-After in seconds",
  "429, Retry-After as a date",
  "slow answer past the time-out",
  "answer delivered twice",
  "token refused",
  "token endpoint down",
  "commit after the time-out",
  "error after the commit",
  "404 of a router",
  "404 of a replica that lags",
  "paged list",
  "outage of a second",
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** The kinds that happen to a request, rather than before there is one. */
export type RequestFault = Exclude<FaultKind, "reset on accept">;

/** What a request is for, as far as the choice of a fault depends on it. */
export type RequestClass = "token" | "events" | "list" | "read" | "create" | "write";

/** How often each kind is chosen, relative to the others; those that only some requests can have more often. */
const WEIGHTS: Readonly<Record<FaultKind, number>> = {
  "connection refused": 1,
  "reset on accept": 1,
  "reset before UP42 sees the request": 1,
  "answer lost after the commit": 2,
  "answer cut in the middle": 1,
  "truncated body": 1,
  "garbage body": 1,
  "wrong content type": 1,
  "HTML error page": 1,
  "HTTP 500": 1,
  "HTTP 502": 1,
  "HTTP 503": 1,
  "HTTP 504": 1,
  "429 without Retry-After": 0.5,
  "429, Retry-After in seconds": 0.5,
  "429, Retry-After as a date": 0.5,
  "slow answer past the time-out": 0.7,
  "answer delivered twice": 1,
  "token refused": 1,
  "token endpoint down": 4,
  "commit after the time-out": 2,
  "error after the commit": 6,
  "404 of a router": 1,
  "404 of a replica that lags": 3,
  "paged list": 2,
  "outage of a second": 1,
};

const WEBHOOKS = ["list", "read", "create", "write"] as const;

const ONLY: Readonly<Partial<Record<FaultKind, readonly RequestClass[]>>> = {
  "token refused": WEBHOOKS,
  "token endpoint down": ["token"],
  "commit after the time-out": ["create", "write"],
  "error after the commit": ["create", "write"],
  "404 of a router": WEBHOOKS,
  "404 of a replica that lags": ["read", "write"],
  "paged list": ["list"],
};

/** Picks a kind that the request can have; `reset on accept` happens before there is a request. */
export function pickKind(random: Random, requestClass: RequestClass): RequestFault {
  const possible = FAULT_KINDS.filter(
    (kind): kind is RequestFault =>
      kind !== "reset on accept" && (ONLY[kind]?.includes(requestClass) ?? true),
  );
  let at = random.next() * possible.reduce((sum, kind) => sum + WEIGHTS[kind], 0);
  return (
    possible.find((kind) => {
      at -= WEIGHTS[kind];
      return at < 0;
    }) ?? random.pick(possible)
  );
}
