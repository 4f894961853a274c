/**
 * What went wrong, as a name that programs can act on. Each group of codes has one HTTP status, see
 * {@link NotificationError.statusCode}; `docs/receiver.md` says for each code what to do.
 *
 * @useDeclaredType
 */
export type NotificationErrorCode = keyof typeof STATUS_CODES;

const STATUS_CODES = {
  // The receiver itself is at fault.
  no_secret: 500,
  invalid_options: 500,
  invalid_headers: 500,
  body_not_raw: 500,
  no_crypto: 500,
  // The request can't be read.
  headers_too_large: 431,
  body_too_large: 413,
  malformed_signature_input: 400,
  malformed_signature: 400,
  missing_created: 400,
  unsupported_component: 400,
  signed_header_missing: 400,
  // The request can't be trusted.
  missing_signature_input: 401,
  missing_signature: 401,
  label_not_found: 401,
  nothing_signed: 401,
  created_in_future: 401,
  too_old: 401,
  signature_mismatch: 401,
  invalid_digest: 401,
  digest_mismatch: 401,
  body_not_bound: 401,
  // The request is UP42's, but not a notification as documented.
  malformed_body: 400,
  unexpected_body: 400,
  // The notification is being handled, so UP42 must try again.
  still_running: 503,
} as const;

/**
 * The only error that verifying throws: the request must not be acted on. Its message says what to do next and never
 * holds a secret, a signature or the body. {@link handleOnce} throws it too, with the code `still_running`.
 */
export class NotificationError extends Error {
  /** The class's name, for logs. */
  override readonly name = "NotificationError";
  /** Which of the ways to fail it was. */
  readonly code: NotificationErrorCode;
  /**
   * The HTTP status to answer with: 500 when the receiver is set up wrongly, 401 when the request can't be trusted,
   * 400, 413 or 431 when it can't be read, 503 when UP42 must try again. Fastify and Express answer with it by
   * themselves.
   */
  readonly statusCode: number;
  /** Headers to answer with: `retry-after`, in seconds, for `still_running`. Express sends them by itself. */
  readonly headers: Readonly<Record<string, string>>;

  /**
   * For tests of receivers: verifying makes all others.
   *
   * @param code Which of the ways to fail it is.
   * @param message What is wrong, and what to do next.
   * @param options The cause; the status and the headers to answer with, if they are not the code's own.
   */
  constructor(code: NotificationErrorCode, message: string, options: NotificationErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.statusCode = options.statusCode ?? STATUS_CODES[code];
    this.headers = options.headers ?? {};
  }
}

/** What a {@link NotificationError} has beyond code and message. */
export interface NotificationErrorOptions {
  /** What led to the error. */
  readonly cause?: unknown;
  /** The HTTP status to answer with. Default: the one of the code. */
  readonly statusCode?: number | undefined;
  /** Headers to answer with. Default: none. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}
