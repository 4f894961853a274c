import { setTimeout } from "node:timers/promises";
import { AnswerError, ApiError, messageOf, TransportError, Up42Error } from "./errors";
import { load } from "./load";
import type { Operation } from "./operation";

/** Whether a request may be sent again although the earlier one may have had its effect. */
export type Repeatable = "always" | "ifNotProcessed";

/** Failures of the moment, though the status says that the request is at fault. */
const TRANSIENT = new Set([408, 425, 429]);

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 20_000;
/** A retry is not sent with less time left: its answer would hardly arrive, and a change would be made unseen. */
const LEAST_ATTEMPT_MS = 100;

/** Whether a failure may go away by itself. */
export function isTransient(error: unknown): boolean {
  if (error instanceof TransportError) {
    return !error.final;
  }
  if (error instanceof ApiError) {
    return TRANSIENT.has(error.failure.status) || error.failure.status >= 500;
  }
  return error instanceof AnswerError && !error.final;
}

/**
 * Whether a failure proves that nothing was created: the request never left, or UP42 itself refused it. A status
 * alone proves nothing, since a proxy or a firewall can answer after UP42 has done its work.
 */
export function isUnprocessed(error: unknown): boolean {
  if (error instanceof TransportError) {
    return error.sent === "no";
  }
  return (
    error instanceof ApiError &&
    error.failure.isOwn &&
    error.failure.status >= 400 &&
    error.failure.status < 500 &&
    error.failure.status !== 408
  );
}

/** The pause that UP42 asks for with a 429: what one request learns, all others obey. */
export class Pause {
  #until = 0;

  extend(milliseconds: number): void {
    this.#until = Math.max(this.#until, Date.now() + milliseconds);
  }

  get remainingMs(): number {
    return Math.max(0, this.#until - Date.now());
  }

  /** Waits until the pause is over. @throws Up42Error when that is too late for the operation. */
  async over(operation: Operation): Promise<void> {
    while (this.remainingMs > 0) {
      if (this.remainingMs >= operation.deadline.remainingMs) {
        throw new Up42Error(
          `UP42 takes no more requests for another ${seconds(this.remainingMs)} s, which is longer than this operation may take`,
          { code: "rate-limited" },
        );
      }
      await setTimeout(this.remainingMs);
    }
  }
}

/** How requests are repeated. */
export interface RetrySettings {
  readonly maxRetries: number;
  readonly pause: Pause;
  /** 0 to 1, for the jitter; injectable so that tests need not wait for chance. */
  readonly random?: () => number;
}

/**
 * Runs `attempt` until it succeeds, fails for good, or the operation's deadline or the retries are used up. Whatever
 * ended the last try, the error says whether one of them may have had its effect.
 *
 * @param attempt Calls `onLost` when UP42 may have carried out a request whose answer says otherwise.
 */
export async function withRetries<T>(
  settings: RetrySettings,
  operation: Operation,
  repeatable: Repeatable,
  attempt: (onLost: () => void) => Promise<T>,
): Promise<T> {
  let mayBeDone = false;
  const noted = async (): Promise<T> => {
    try {
      return await attempt(() => {
        mayBeDone = true;
      });
    } catch (error) {
      mayBeDone ||= isLost(error);
      throw error;
    }
  };
  try {
    return await noted().catch(
      // The library is loaded on the first failure only: most runs have none.
      async (error: unknown) => await retryAfterFailure(error, settings, operation, repeatable, noted),
    );
  } catch (error) {
    if (error instanceof Up42Error) {
      error.mayBeDone ||= mayBeDone;
    }
    throw error;
  }
}

/** Whether a request was sent, and UP42 itself did not refuse it. */
function isLost(error: unknown): boolean {
  const isOfRequest =
    error instanceof TransportError || error instanceof ApiError || error instanceof AnswerError;
  return isOfRequest && !isUnprocessed(error);
}

async function retryAfterFailure<T>(
  firstError: unknown,
  settings: RetrySettings,
  operation: Operation,
  repeatable: Repeatable,
  attempt: () => Promise<T>,
): Promise<T> {
  const { DelegateBackoff, handleWhen, retry } = await load(import("cockatiel"));
  const mayRepeat = (error: Error): boolean =>
    isTransient(error) &&
    (repeatable === "always" || isUnprocessed(error)) &&
    leastWait(error, settings.pause) + LEAST_ATTEMPT_MS <= operation.deadline.remainingMs;
  const policy = retry(handleWhen(mayRepeat), {
    maxAttempts: settings.maxRetries,
    backoff: new DelegateBackoff(({ attempt: retries, result }) =>
      delayBefore(retries, "error" in result ? result.error : undefined, settings, operation),
    ),
  });
  let tries = 1;
  let lastError = firstError;
  policy.onRetry((event) => {
    lastError = "error" in event ? event.error : undefined;
    const reason = "error" in event ? messageOf(event.error) : "no answer";
    operation.report(
      `${reason}; trying again in ${seconds(event.delay)} s (retry ${event.attempt} of ${settings.maxRetries})`,
    );
  });
  let isHandedOver = false;
  try {
    return await policy.execute(() => {
      // Hands the first failure to the library, which then decides on it as on any other. Later, a timer can be late.
      if (!isHandedOver || operation.deadline.remainingMs < LEAST_ATTEMPT_MS) {
        isHandedOver = true;
        throw lastError;
      }
      tries += 1;
      return attempt();
    });
  } catch (error) {
    throw tries > 1 && isTransient(error) ? gaveUp(error, tries) : error;
  }
}

/**
 * Exponential back-off with full jitter, never shorter than what UP42 asked for, and never so long that the retry
 * would come too late to be answered.
 */
function delayBefore(retries: number, error: unknown, settings: RetrySettings, operation: Operation): number {
  const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (retries - 1));
  const jitter = (settings.random ?? Math.random)() * ceiling;
  const least = leastWait(error, settings.pause);
  return Math.round(least + Math.min(jitter, (operation.deadline.remainingMs - least) / 2));
}

function leastWait(error: unknown, pause: Pause): number {
  const asked = error instanceof ApiError ? (error.failure.retryAfterMs ?? 0) : 0;
  return Math.max(asked, pause.remainingMs);
}

/** Keeps the kind of error, so that callers still see what it was, and adds how often it was tried. */
function gaveUp(error: unknown, tries: number): unknown {
  if (error instanceof Error) {
    error.message = `${error.message.replace(/[.]$/, "")} (gave up after ${tries} tries)`;
  }
  return error;
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(1);
}
