import { Up42Error } from "../../up42/errors";

/** Completes the sentence "It may have been …". */
type Done = "changed" | "deleted";

/** The error of a change: says so when UP42 may have made it, since an answer was lost. */
export function perhapsDone(error: unknown, done: Done): unknown {
  return error instanceof Up42Error && error.mayBeDone ? doubtful(error, done) : error;
}

/**
 * The error of what followed a change that was sent. Pulumi records nothing of it, so the user has to know that the
 * state may be behind.
 */
export function doubtful(error: unknown, done: Done): unknown {
  return error instanceof Up42Error
    ? new Up42Error(
        `${error.message.replace(/[.]$/, "")}. It may have been ${done}: \`pulumi refresh\` finds out`,
        { cause: error, code: error.code, nextStep: error.nextStep },
      )
    : error;
}
