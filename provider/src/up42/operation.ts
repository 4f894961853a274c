/** About as long as a timer of Node's can be; a longer one would be over at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** A point in time after which an operation gives up. */
export class Deadline {
  readonly #at: number;

  constructor(milliseconds: number) {
    this.#at = Date.now() + Math.min(milliseconds, LONGEST_MS);
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
