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
  // The request can't be read.
  headers_too_large: 431,
  malformed_signature_input: 400,
  malformed_signature: 400,
  missing_created: 400,
  unsupported_component: 400,
  duplicate_component: 400,
  signed_header_missing: 400,
  // The request can't be trusted.
  missing_signature_input: 401,
  missing_signature: 401,
  label_not_found: 401,
  nothing_signed: 401,
  created_in_future: 401,
  too_old: 401,
  signature_mismatch: 401,
  digest_mismatch: 401,
  body_not_bound: 401,
  // The request is UP42's, but not a notification as documented.
  malformed_body: 400,
  unexpected_body: 400,
} as const;

/**
 * The only error that {@link verifyNotification} throws: the request must not be acted on. Its message says what to
 * do next and never holds a secret, a signature or the body.
 */
export class NotificationError extends Error {
  /** The class's name, for logs. */
  override readonly name = "NotificationError";
  /** Which of the ways to fail it was. */
  readonly code: NotificationErrorCode;

  /** For tests of receivers: {@link verifyNotification} makes all others. */
  constructor(code: NotificationErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  /**
   * The HTTP status to answer with: 500 when the receiver is set up wrongly, 401 when the request can't be trusted,
   * 400 or 431 when it can't be read. Fastify and Express answer with it by themselves.
   */
  get statusCode(): number {
    return STATUS_CODES[this.code];
  }
}
