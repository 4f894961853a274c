import type { Notification } from "./notification";
import { NotificationError } from "./notification-error";
import type { VerifiedNotification } from "./verify";

/**
 * How far a notification is: `new` has just become the caller's to handle, `running` is being handled by another
 * caller whose lease has not ended, `done` was handled.
 */
export type ReplayState = "new" | "running" | "done";

/**
 * Remembers how far notifications are, so that each is handled to its success however often it is sent. For receivers
 * of more than one process it must be shared by all of them: `docs/receiver.md` has one for Redis and one for DynamoDB.
 */
export interface ReplayStore {
  /**
   * Claims a notification, atomically: of several callers at once only one may get `new`. A claim ends with its lease,
   * so that a caller that dies keeps nobody from handling the notification.
   *
   * @param messageId The notification's `messageId`.
   * @param owner Names the caller; no other one has the same name.
   * @param leaseSeconds How long the claim lasts.
   * @returns What the notification was before; `new` if nobody handles it and nobody has.
   */
  claim(messageId: string, owner: string, leaseSeconds: number): ReplayState | Promise<ReplayState>;
  /**
   * Remembers that a notification was handled, no matter who has claimed it: that is a fact.
   *
   * @param messageId The notification's `messageId`.
   * @param retentionSeconds How long to remember it.
   */
  complete(messageId: string, retentionSeconds: number): void | Promise<void>;
  /**
   * Gives a claim back, so that the notification is handled when it is sent again. The claim of another owner, and
   * what was handled, stays.
   *
   * @param messageId The notification's `messageId`.
   * @param owner Who claimed it.
   */
  release(messageId: string, owner: string): void | Promise<void>;
}

/** How to handle a notification once. */
export interface HandleOnceOptions {
  /**
   * How long a handler may take, in seconds. If it takes longer, or its process dies, the notification is handled when
   * it is sent again. Default 60.
   */
  readonly leaseSeconds?: number | undefined;
  /** How long a notification is remembered that was handled, in seconds. Default 86,400, a day. */
  readonly retentionSeconds?: number | undefined;
  /** The HTTP status for a repeat that comes while the first is being handled, 400 to 599. Default 503. */
  readonly runningStatusCode?: number | undefined;
  /** The `retry-after` for such a repeat, in seconds, 1 or more. Default 10. */
  readonly retryAfterSeconds?: number | undefined;
  /**
   * Called when the store fails once the handler has ended: neither hides what the handler did. Default: prints the
   * error with `console.error`.
   */
  readonly onStoreError?: ((error: unknown) => void) | undefined;
}

/** Whether the notification was handled now, and what the handler gave. */
export type HandledOnce<Result> =
  | {
      /** It was handled now. */
      readonly handled: true;
      /** What the handler gave. */
      readonly result: Result;
    }
  | {
      /** It was handled before; the handler was not called. */
      readonly handled: false;
    };

/** More than any receiver needs, and less than any store takes. */
const MAX_SECONDS = 1_000_000_000;

/**
 * Calls `handle` unless the notification was handled before. If `handle` throws, the claim is given back, so that the
 * notification is handled when UP42 sends it again, and the error is passed on. If the process dies, the same happens
 * when the lease ends.
 *
 * Answer with a 2xx status when it returns: the notification was handled, now or before. Answer with the error's
 * `statusCode` (or 500) when it throws, so that UP42 sends the notification again.
 *
 * @param verified What {@link verifyNotification} returned.
 * @param store Remembers how far notifications are; shared by all processes of the receiver.
 * @param handle What is to be done once, within the lease.
 * @param options For how long to claim and to remember it.
 * @returns Whether it was handled now, and what `handle` returned.
 * @throws NotificationError `still_running` while another call handles the same notification; RangeError for options
 *   out of range; whatever `handle` throws; whatever the store throws before `handle` is called.
 */
export async function handleOnce<Result>(
  verified: Pick<VerifiedNotification, "notification">,
  store: ReplayStore,
  handle: (notification: Notification) => Result | Promise<Result>,
  options: HandleOnceOptions = {},
): Promise<HandledOnce<Result>> {
  const { notification } = verified;
  const { messageId } = notification;
  const { leaseSeconds, retentionSeconds, onStoreError, ...answer } = readOptions(options);
  const owner = crypto.randomUUID();
  const state = await store.claim(messageId, owner, leaseSeconds);
  if (state === "done") {
    return { handled: false };
  }
  if (state === "running") {
    throw stillRunning(answer);
  }
  if (state !== "new") {
    throw new TypeError('The claim of a ReplayStore must return "new", "running" or "done".');
  }
  let result: Result;
  try {
    result = await handle(notification);
  } catch (error) {
    // The lease ends by itself, so a store that fails here delays the next try and loses nothing.
    await attempt(() => store.release(messageId, owner), onStoreError);
    throw error;
  }
  // It was handled, whatever the store says: an error would make UP42 send it once more.
  await attempt(() => store.complete(messageId, retentionSeconds), onStoreError);
  return { handled: true, result };
}

async function attempt(action: () => void | Promise<void>, report: (error: unknown) => void): Promise<void> {
  try {
    await action();
  } catch (error) {
    report(error);
  }
}

function readOptions({
  leaseSeconds = 60,
  retentionSeconds = 86_400,
  runningStatusCode = 503,
  retryAfterSeconds = 10,
  onStoreError = (error) => console.error(error),
}: HandleOnceOptions) {
  for (const [name, value] of Object.entries({ leaseSeconds, retentionSeconds, retryAfterSeconds })) {
    if (Number.isFinite(value) && value > 0 && value <= MAX_SECONDS) {
      continue;
    }
    throw new RangeError(`handleOnce needs a number of seconds above 0 as ${name}, at most ${MAX_SECONDS}.`);
  }
  if (!Number.isInteger(runningStatusCode) || runningStatusCode < 400 || runningStatusCode > 599) {
    throw new RangeError("handleOnce needs an HTTP status from 400 to 599 as runningStatusCode.");
  }
  return { leaseSeconds, retentionSeconds, runningStatusCode, retryAfterSeconds, onStoreError };
}

function stillRunning(answer: { runningStatusCode: number; retryAfterSeconds: number }): NotificationError {
  return new NotificationError(
    "still_running",
    "The notification is being handled, and whether that succeeds is not known yet: answer with this error's statusCode" +
      " and headers, so that UP42 sends it again.",
    {
      statusCode: answer.runningStatusCode,
      headers: { "retry-after": String(Math.ceil(answer.retryAfterSeconds)) },
    },
  );
}
