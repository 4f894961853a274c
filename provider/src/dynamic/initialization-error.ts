import type { Bag } from "../lifecycle/properties";
import { Up42Error } from "../up42/errors";
import { printable } from "../up42/printable";

/**
 * What Pulumi's host takes as "created, but not initialised": the resource is recorded with its id and properties,
 * the operation fails with the reasons, and the next `up` tries again.
 */
export class InitializationError extends Up42Error {
  readonly properties: Bag;
  readonly reasons: readonly string[];

  /** `inputs` are the engine's own: the host adds the stub to what it returns on success, but not here. */
  constructor(
    cause: Error,
    readonly id: string,
    inputs: Bag,
    outs: Bag,
    reasons: readonly string[],
  ) {
    super(cause.message, { cause });
    this.reasons = reasons.map(printable);
    this.properties = { ...outs, __provider: inputs.__provider };
  }
}

/**
 * Pulumi's host prints an error with its stack, besides returning it to the engine, which shows it with the resource.
 * A user can do nothing with the trace of an error that is not a defect, so it is left out.
 */
export async function withoutTrace<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Up42Error) {
      error.stack = "see the resource's error";
      error.toString = () => error.name;
    }
    throw error;
  }
}
