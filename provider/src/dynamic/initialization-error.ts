import type { Properties } from "../lifecycle/properties";
import type { PartialFailure } from "../lifecycle/resource";

/**
 * What Pulumi's host records as "created, but not initialised": the resource with its id and properties. The operation
 * fails with the reasons, and the next `up` tries again.
 */
export class InitializationError extends Error {
  readonly id: string;
  readonly properties: Properties;
  readonly reasons: readonly string[];

  /** `inputs` are the engine's own: the host adds the stub to what it returns on success, but not here. */
  constructor({ message, id, properties, reasons }: PartialFailure, inputs: Properties) {
    super(message);
    this.name = "InitializationError";
    this.id = id;
    this.reasons = reasons;
    this.properties = { ...properties, __provider: inputs.__provider };
  }
}
