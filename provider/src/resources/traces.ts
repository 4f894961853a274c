/** Node.js's own limit. Another one was set on purpose, and stays. */
const USUAL_LIMIT = 10;
/** From Pulumi's registration of a resource up to the two lines of the program that called its constructor. */
const ENOUGH = 6;

/**
 * Lets stack traces be shorter until the function that is returned is called. Pulumi's SDK takes four of each property
 * of a resource, for the case that its promise is never settled: with hundreds of resources they are the largest part
 * of a program's time, and each line of them costs the same. `PULUMI_DEBUG_PROMISE_LEAKS`, which shows them, gets them
 * whole, and so does what Pulumi itself records of the place in the program.
 */
export function shortenTraces(): () => void {
  const { stackTraceLimit } = Error;
  if (stackTraceLimit !== USUAL_LIMIT || (process.env.PULUMI_DEBUG_PROMISE_LEAKS ?? "") !== "") {
    return () => undefined;
  }
  Error.stackTraceLimit = ENOUGH;
  return () => {
    Error.stackTraceLimit = stackTraceLimit;
  };
}
