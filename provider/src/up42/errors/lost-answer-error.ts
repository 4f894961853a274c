import { Up42Error } from "./up42-error";

/**
 * A POST may or may not have created a webhook: its answer was lost, or does not come from UP42, or cannot be used.
 * POST has no idempotency key, so the caller looks for the webhook before it sends another one.
 */
export class LostAnswerError extends Up42Error {
  /** Whether another POST may succeed, once a look has shown that this one created nothing. */
  readonly mayRepeat: boolean;

  constructor(message: string, options: ErrorOptions & { readonly mayRepeat?: boolean } = {}) {
    super(message, { ...options, code: "network" });
    this.mayRepeat = options.mayRepeat ?? true;
  }
}
