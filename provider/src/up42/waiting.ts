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
  let timer: NodeJS.Timeout | undefined;
  const timeOver = new Promise<never>((_resolve, reject) => {
    const fail = () =>
      reject(new Up42Error(`${what} took longer than this operation may take`, { code: "network" }));
    timer = setTimeout(fail, operation.deadline.remainingMs);
  });
  try {
    return await Promise.race([work, timeOver]);
  } finally {
    // Not by a signal: that makes two errors with their traces each time, which hundreds of reads notice.
    clearTimeout(timer);
  }
}
