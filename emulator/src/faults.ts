import { randomUUID } from "node:crypto";
import { definedFields } from "./defined-fields";
import { description, OPERATIONS, type OperationId } from "./description";
import { ApiError } from "./envelope";
import { fromValidation } from "./validation";

/** A request to UP42 by its name in openapi.yaml, or `notify`: a notification on its way to a receiver. */
export type FaultTarget = OperationId | "notify";

/**
 * What goes wrong, and when. At least one of `delayMs`, `status` and `lostAnswer` is given. Faults are taken in the
 * order of their injection, one for each request.
 */
export interface Fault {
  /** What fails. Default: every request to UP42's API, no notification. */
  readonly operation?: FaultTarget | undefined;
  /** How many matching requests pass before the first failure. Default: 0. */
  readonly skip?: number | undefined;
  /** How many requests fail. 0 for all until the fault is removed. Default: 1. */
  readonly count?: number | undefined;
  /** Milliseconds until the request is carried out, or the notification is sent. Default: 0. */
  readonly delayMs?: number | undefined;
  /** An HTTP status that is answered, 200 to 599. The request is not carried out, unless `committed` is set. */
  readonly status?: number | undefined;
  /** With `status`: the header `Retry-After`, in seconds. Default: none. */
  readonly retryAfterSeconds?: number | undefined;
  /** With `status`: the answer's body. Text goes out as HTML, anything else as JSON. Default: UP42's error envelope. */
  readonly body?: unknown;
  /** With `status`: the request is carried out first, so that the answer is wrong. Default: `false`. */
  readonly committed?: boolean | undefined;
  /**
   * The request is carried out, and the connection closed without an answer. Of a notification, the receiver's
   * answer is lost, so that a live one is sent again. Default: `false`.
   */
  readonly lostAnswer?: boolean | undefined;
}

/** A fault that is in effect, or has been. */
export interface InjectedFault {
  /** Its id in the emulator. */
  readonly id: string;
  /** What goes wrong. */
  readonly fault: Fault;
  /** How many requests it has hit so far. */
  readonly applied: number;
  /** Ends it. Requests that it has hit already keep their fate. */
  remove(): void;
}

const schema = {
  type: "object",
  additionalProperties: false,
  properties: {
    operation: { enum: [...OPERATIONS, "notify"] },
    skip: { type: "integer", minimum: 0 },
    count: { type: "integer", minimum: 0 },
    delayMs: { type: "number", minimum: 0, maximum: 2 ** 31 - 1 },
    status: { type: "integer", minimum: 200, maximum: 599 },
    retryAfterSeconds: { type: "integer", minimum: 0 },
    body: {},
    committed: { type: "boolean" },
    lostAnswer: { type: "boolean" },
  },
};

/** The faults that are in effect. */
export class Faults {
  readonly #injected = new Map<string, Injected>();

  /** All that can still hit a request, in the order in which they are taken. */
  list(): InjectedFault[] {
    return [...this.#injected.values()];
  }

  /** @throws ApiError 400 saying what is wrong with the fault. */
  inject(fault: unknown): InjectedFault {
    const injected = new Injected(parseFault(fault), (id) => this.#injected.delete(id));
    this.#injected.set(injected.id, injected);
    return injected;
  }

  /** Ends a fault; says whether there was one. */
  remove(id: string): boolean {
    return this.#injected.delete(id);
  }

  clear(): void {
    this.#injected.clear();
  }

  /** The fault that hits this request, if any. */
  take(operation: FaultTarget): Fault | undefined {
    for (const injected of this.#injected.values()) {
      if (injected.hits(operation)) {
        return injected.fault;
      }
    }
    return undefined;
  }
}

class Injected implements InjectedFault {
  readonly id = randomUUID();
  applied = 0;
  #passed = 0;

  constructor(
    readonly fault: Fault,
    private readonly end: (id: string) => void,
  ) {}

  hits(operation: FaultTarget): boolean {
    const { operation: target, skip = 0, count = 1 } = this.fault;
    if (target === undefined ? operation === "notify" : target !== operation) {
      return false;
    }
    if (this.#passed < skip) {
      this.#passed++;
      return false;
    }
    this.applied++;
    if (this.applied === count) {
      this.remove();
    }
    return true;
  }

  remove(): void {
    this.end(this.id);
  }
}

function parseFault(value: unknown): Fault {
  const given = isObject(value) ? definedFields(value) : value;
  const validate = description().validator<Fault>(schema);
  if (!validate(given)) {
    throw fromValidation("fault", validate.errors ?? []);
  }
  const { operation, delayMs, status, lostAnswer, ...rest } = given;
  const refuse = (why: string) => new ApiError(400, `The fault isn't valid: ${why}.`);
  if (delayMs === undefined && status === undefined && lostAnswer !== true) {
    throw refuse("it needs one of delayMs, status and lostAnswer");
  }
  if (status !== undefined && lostAnswer === true) {
    throw refuse("status and lostAnswer exclude each other");
  }
  if (status !== undefined && operation === "notify") {
    throw refuse("a notification can have delayMs and lostAnswer; its status is the receiver's");
  }
  for (const name of ["retryAfterSeconds", "body", "committed"] as const) {
    if (rest[name] !== undefined && status === undefined) {
      throw refuse(`${name} needs a status`);
    }
  }
  return given;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
