/** A point in time after which an operation gives up. */
export class Deadline {
  readonly #at: number;

  constructor(milliseconds: number) {
    this.#at = Date.now() + milliseconds;
  }

  /** Milliseconds left, never negative. */
  get remainingMs(): number {
    return Math.max(0, this.#at - Date.now());
  }
}

/** What is being done, for how long, and where to tell the user about it: goes along with every request. */
export interface Operation {
  /** Completes the sentence "Could not …", for instance `create webhook "alerts"`. */
  readonly what: string;
  readonly deadline: Deadline;
  /** Tells the user one line, for instance that a request is going to be repeated. */
  readonly report: (line: string) => void;
}
