import { Up42Error } from "./up42Error";

/**
 * UP42 reported success, but its answer could not be understood: not JSON, cut off, too large, or without an id.
 * `final` when another try would only bring the same (an answer that is too large).
 */
export class AnswerError extends Up42Error {
  readonly final: boolean;

  constructor(message: string, { final = false }: { readonly final?: boolean } = {}) {
    super(message);
    this.final = final;
  }
}
