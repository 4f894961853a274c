import { STATUS_CODES } from "node:http";

/** One thing that is wrong with a request, and where. */
export interface ErrorDetail {
  readonly field: string;
  readonly message: string;
}

const CODES: Readonly<Record<number, string>> = {
  400: "BAD_REQUEST",
  401: "UNAUTHORIZED",
  403: "FORBIDDEN",
  404: "NOT_FOUND",
  405: "METHOD_NOT_ALLOWED",
  409: "CONFLICT",
  413: "PAYLOAD_TOO_LARGE",
  415: "UNSUPPORTED_MEDIA_TYPE",
  429: "TOO_MANY_REQUESTS",
};

/** A refusal, answered in UP42's envelope. */
export class ApiError extends Error {
  readonly code: string;

  constructor(
    readonly status: number,
    message: string,
    readonly details: readonly ErrorDetail[] = [],
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = "ApiError";
    this.code = CODES[status] ?? (status < 500 ? "BAD_REQUEST" : "INTERNAL_SERVER_ERROR");
  }
}

/** A refusal of the token endpoints, answered as OAuth 2.0 (RFC 6749, section 5.2) has it. */
export class OAuthError extends Error {
  constructor(
    readonly status: 400 | 401 | 403,
    readonly error: string,
    description: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(description);
    this.name = "OAuthError";
  }
}

/** UP42's envelope around an answer. */
export function success<Data>(data: Data): { data: Data; error: null } {
  return { data, error: null };
}

/** How a refusal is answered: in UP42's envelope, or as UP42's newer endpoints do (RFC 9457). */
export type ErrorFormat = "envelope" | "problem";

/** A refusal's body. The fields of the envelope's `error` are not documented in full. */
export function failure({ status, code, message, details }: ApiError, format: ErrorFormat): object {
  if (format === "problem") {
    return { title: STATUS_CODES[status] ?? code, status, detail: message };
  }
  return { data: null, error: { code, message, details: details.length > 0 ? details : null } };
}
