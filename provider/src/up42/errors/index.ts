export { AbandonedError } from "./abandoned-error";
export { AnswerError } from "./answer-error";
export { ApiError, type ApiFailure } from "./api-error";
export { ConfigError } from "./config-error";
export { CredentialsError } from "./credentials-error";
export { LostAnswerError } from "./lost-answer-error";
export { TransportError } from "./transport-error";
export { type ErrorCode, Up42Error } from "./up42-error";

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
