import { printable } from "../printable";

/**
 * What kind of failure it was, so that the caller can add the next step in its own words: which setting to check has
 * another name in each place where this package is configured.
 */
export type ErrorCode =
  | "abandoned"
  | "bad-request"
  | "certificate"
  | "config"
  | "credentials"
  | "forbidden"
  | "network"
  | "not-found"
  | "not-up42"
  | "proxy"
  | "rate-limited"
  | "server-error"
  | "token"
  | "unusable-answer"
  | "wrong-api";

/**
 * The base of every error that this package throws on purpose. Its message is a cause, on one line, and never holds a
 * credential or a webhook's secret. The session adds what failed and the next step.
 */
export class Up42Error extends Error {
  readonly code: ErrorCode | undefined;
  /** What the user can do, in an imperative sentence; else the code says it. */
  readonly nextStep: string | undefined;
  /** Whether the message already says what failed and what to do. */
  readonly isComplete: boolean;
  /** Whether UP42 may have made the change that failed: the answer to one of its tries was lost. */
  mayBeDone = false;

  constructor(
    message: string,
    options: ErrorOptions & {
      readonly code?: ErrorCode | undefined;
      readonly nextStep?: string | undefined;
      readonly isComplete?: boolean;
    } = {},
  ) {
    super(printable(message), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = options.code;
    this.nextStep = options.nextStep === undefined ? undefined : printable(options.nextStep);
    this.isComplete = options.isComplete ?? false;
  }
}
