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

/** What goes along with every request of one operation. */
export interface Operation {
  readonly deadline: Deadline;
  /** Takes one line about progress, for instance that a request is repeated. */
  readonly report: (line: string) => void;
}
