import { Up42Error } from "../up42/errors";
import { printable } from "../up42/printable";
import type { Caller } from "./caller";
import type { Checked, Difference, Properties } from "./properties";
import type { Sessions } from "./sessions";

/** One call of the engine's: what a resource needs besides its properties. */
export interface Call extends Caller {
  readonly sessions: Sessions;
  /** The resource's name in the program; undefined where the engine does not hand it over. */
  readonly resource?: string | undefined;
  /** Another resource of the program that declares the same, when the program itself has found it. */
  readonly twin?: string | undefined;
  /** The id of a resource that is being imported. Then `olds` are its properties at UP42: no program has declared it. */
  readonly importedId?: string | undefined;
}

/** What `read` finds: the properties as they are, and the inputs that would lead to them, if they may have changed. */
export interface ReadResult {
  readonly id: string;
  readonly properties: Properties;
  readonly inputs?: Properties | undefined;
}

/** One kind of resource. Each door (the dynamic host, the plugin) translates its calls into these. */
export interface ResourceLifecycle {
  check(call: Call, olds: Properties, news: Properties): Promise<Checked>;
  diff(call: Call, id: string, olds: Properties, news: Properties): Promise<Difference>;
  /** @throws PartialFailure when the resource exists, but is not as it should be. */
  create(call: Call, inputs: Properties): Promise<{ readonly id: string; readonly properties: Properties }>;
  /** @returns undefined when the resource is gone. */
  read(call: Call, id: string, properties: Properties): Promise<ReadResult | undefined>;
  /** @throws PartialFailure when the resource exists, but is not as it should be. */
  update(call: Call, id: string, olds: Properties, news: Properties): Promise<Properties>;
  delete(call: Call, id: string, properties: Properties): Promise<void>;
}

/**
 * The resource exists and goes into the state, but the operation has failed. The engine shows the reasons, and the
 * next `up` tries again.
 */
export class PartialFailure extends Up42Error {
  readonly reasons: readonly string[];

  constructor(
    readonly id: string,
    readonly properties: Properties,
    reasons: readonly string[],
    options?: ErrorOptions,
  ) {
    super(reasons.join("; "), { ...options, isComplete: true });
    this.reasons = reasons.map(printable);
  }
}
