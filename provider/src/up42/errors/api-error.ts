import { type ErrorCode, Up42Error } from "./up42-error";

/** What UP42 answered, when it was not a success. */
export interface ApiFailure {
  readonly method: string;
  readonly url: string;
  readonly status: number;
  /** UP42's own words, or what could be read of the body; without secrets and cut to a sensible length. */
  readonly message: string;
  /** How long UP42 asks to wait before the next try, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Whether the body is UP42's own error; anything else may come from a proxy, a router or a firewall. */
  readonly isOwn: boolean;
  /** Whether something in between must have answered: with a web page, a redirect, or a status of the network's. */
  readonly isForeign: boolean;
  /** The proxy that it came through. */
  readonly proxy?: string | undefined;
}

const CODES: Readonly<Record<number, ErrorCode>> = {
  400: "bad-request",
  403: "forbidden",
  404: "not-found",
  405: "wrong-api",
  407: "proxy",
  429: "rate-limited",
};

/** UP42, or something in front of it, answered with an HTTP status that is not a success. */
export class ApiError extends Up42Error {
  readonly failure: ApiFailure;

  constructor(failure: ApiFailure) {
    const { method, url, status, message, isForeign, proxy } = failure;
    const said = message === "" ? " without a message" : `: ${message.replace(/[.]$/, "")}`;
    const through = isForeign && proxy !== undefined ? `, by way of ${proxy}` : "";
    const who = isForeign ? "something other than UP42" : "UP42";
    // The reason comes first: on a narrow screen, an address takes two lines.
    super(`${who} answered HTTP ${status}${said} (${method} ${url}${through})`, { code: codeOf(failure) });
    this.failure = failure;
  }
}

/** A path or method that does not exist, said by something else than UP42's API, is a wrong address. */
function codeOf({ status, isOwn, isForeign }: ApiFailure): ErrorCode | undefined {
  if (!isOwn && status === 404) {
    return "wrong-api";
  }
  if (isForeign && status !== 407 && status !== 429) {
    return "not-up42";
  }
  return CODES[status] ?? (status >= 500 ? "server-error" : undefined);
}
