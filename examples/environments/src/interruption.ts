import { constants } from "node:os";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** How this process was asked to stop, if it was. */
export interface Interruption {
  /** Aborted by Ctrl-C (SIGINT) and SIGTERM. */
  readonly signal: AbortSignal;
  /** By convention 128 and the number of the signal; undefined when there was none. */
  exitCode(): number | undefined;
}

/** From now on, signals no longer end this process: work in progress looks at the interruption. */
export function catchInterruption(): Interruption {
  const controller = new AbortController();
  let number: number | undefined;
  for (const name of SIGNALS) {
    process.on(name, () => {
      number ??= 128 + constants.signals[name];
      controller.abort();
    });
  }
  return { signal: controller.signal, exitCode: () => number };
}

/** A terminal sends Ctrl-C to Pulumi too; this is how long it may take to arrive. */
const GRACE_MS = 500;

/**
 * A signal for one operation of the Automation API. It passes an interruption on, unless Pulumi got it already: a
 * second one would make Pulumi stop in the middle of what it does, and leave it pending in the stack.
 *
 * @param isStopping whether Pulumi has said that it stops
 */
export function passOn(interruption: AbortSignal, isStopping: () => boolean): AbortSignal {
  const controller = new AbortController();
  const pass = (): void => {
    if (!isStopping()) controller.abort();
  };
  interruption.addEventListener("abort", () => setTimeout(pass, GRACE_MS), { once: true });
  return controller.signal;
}
