import { setTimeout } from "node:timers/promises";
import { Up42Error } from "./errors";
import type { Operation } from "./operation";

/**
 * Waits for work that other operations wait for too, as long as this one may take. The work itself goes on: it has a
 * time of its own, so that no operation inherits the deadline of another.
 *
 * @param what The work, such as "the login".
 * @throws Up42Error when this operation's time is over first.
 */
export async function waitFor<T>(work: Promise<T>, operation: Operation, what: string): Promise<T> {
  const timer = new AbortController();
  const timeOver = setTimeout(operation.deadline.remainingMs, undefined, { signal: timer.signal }).then(
    () => {
      throw new Up42Error(`${what} took longer than this operation may take`, { code: "network" });
    },
    // The timer was stopped: the work came first.
    async () => await work,
  );
  try {
    return await Promise.race([work, timeOver]);
  } finally {
    timer.abort();
  }
}
