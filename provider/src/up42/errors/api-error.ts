import { Up42Error } from "./up42Error";

/** What UP42 answered, when it was not a success. */
export interface ApiFailure {
  readonly method: string;
  readonly url: string;
  readonly status: number;
  /** UP42's own words, or what could be read of the body; without secrets and cut to a sensible length. */
  readonly message: string;
  /** How long UP42 asks to wait before the next try, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Whether the body looks like a web page, that is, like something between us and UP42 answered. */
  readonly isWebPage: boolean;
}

const HINTS: Readonly<Record<number, string>> = {
  400: "Correct what it names and try again.",
  403: "Check that the credentials belong to this workspace and may manage its webhooks (up42:workspaceId).",
  404: "Check up42:workspaceId, and up42:apiUrl if it is set.",
  405: "Check up42:apiUrl: this does not look like UP42's API.",
  407: "The proxy wants credentials: put them into HTTPS_PROXY.",
  429: "UP42 limits how many requests it takes: wait a little, or lower `--parallel`.",
};

/** UP42 (or something in front of it) answered with an HTTP status that is not a success. */
export class ApiError extends Up42Error {
  readonly failure: ApiFailure;

  constructor(what: string, failure: ApiFailure) {
    const hint =
      HINTS[failure.status] ??
      (failure.status >= 500 ? "The fault is on UP42's side: try again later." : undefined);
    const said = failure.message === "" ? "without a message" : `: ${failure.message}`;
    super(
      `Could not ${what}: UP42 answered ${failure.method} ${failure.url} with HTTP ${failure.status} ${said}`
        .replace(" : ", ": ")
        .concat(/[.!?]$/.test(said) ? "" : ".")
        .concat(hint === undefined ? "" : ` ${hint}`),
    );
    this.failure = failure;
  }
}
