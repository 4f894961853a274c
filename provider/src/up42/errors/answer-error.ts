import { type ErrorCode, Up42Error } from "./up42-error";

/**
 * UP42 reported success, but its answer cannot be used: not JSON, cut off, too large, an `error` beside its data.
 * `final` when another try would only bring the same.
 */
export class AnswerError extends Up42Error {
  readonly final: boolean;

  constructor(
    message: string,
    { final = false, code = "unusable-answer" }: { readonly final?: boolean; readonly code?: ErrorCode } = {},
  ) {
    super(message, { code });
    this.final = final;
  }
}
