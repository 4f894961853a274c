import { AnswerError, ApiError, TransportError, Up42Error } from "../../up42/errors";
import { isUnprocessed } from "../../up42/retry";

/**
 * The error of a change that UP42 may have made although its answer was lost: Pulumi records nothing of it, so the
 * user has to know that the state may be behind.
 *
 * @param done Completes the sentence "It may have been …".
 */
export function perhapsDone(error: unknown, done: "changed" | "deleted"): unknown {
  const isLost = error instanceof TransportError || error instanceof ApiError || error instanceof AnswerError;
  return isLost && !isUnprocessed(error)
    ? new Up42Error(
        `${error.message.replace(/[.]$/, "")}. It may have been ${done}: \`pulumi refresh\` finds out`,
        { cause: error, code: error.code, nextStep: error.nextStep },
      )
    : error;
}
