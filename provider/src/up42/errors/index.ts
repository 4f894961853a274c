export { AnswerError } from "./answerError";
export { ApiError, type ApiFailure } from "./apiError";
export { ConfigError } from "./configError";
export { CredentialsError } from "./credentialsError";
export { LostAnswerError } from "./lostAnswerError";
export { TransportError } from "./transportError";
export { Up42Error } from "./up42Error";

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
