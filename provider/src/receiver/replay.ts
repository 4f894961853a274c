import type { Notification } from "./notification";
import type { VerifiedNotification } from "./verify";

/**
 * Remembers which notifications were handled, so that each is handled once however often it is sent. For receivers
 * of more than one process it must be shared by all of them: `docs/receiver.md` has one for Redis and one for DynamoDB.
 */
export interface ReplayStore {
  /**
   * Claims a notification for the caller, atomically: of several callers at once only one may get `true`.
   *
   * @param messageId The notification's `messageId`.
   * @param expiresAt Until when the claim must be remembered.
   * @returns True if nobody claimed it before, or that claim has expired.
   */
  claim(messageId: string, expiresAt: Date): boolean | Promise<boolean>;
  /**
   * Gives a claim back, so that the notification is handled when it is sent again. Unknown ids are no error.
   *
   * @param messageId The notification's `messageId`.
   */
  release(messageId: string): void | Promise<void>;
}

/** How to handle a notification once. */
export interface HandleOnceOptions {
  /** How long a notification is remembered, in seconds. Default 86,400, a day. */
  readonly retentionSeconds?: number | undefined;
  /** The time, as a Date or in milliseconds since 1970. Default `Date.now`. */
  readonly now?: (() => number | Date) | undefined;
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

/**
 * Calls `handle` unless the notification was handled before. If `handle` throws, the claim is given back, so that the
 * notification is handled when UP42 sends it again, and the error is passed on.
 *
 * Answer with a 2xx status in both cases: a notification that was handled before is no failure.
 *
 * @param verified What {@link verifyNotification} gave.
 * @param store Remembers what was handled; shared by all processes of the receiver.
 * @param handle What is to be done once.
 * @param options For how long to remember it.
 * @returns Whether it was handled now, and what `handle` gave.
 * @throws Whatever `handle` or the store throws.
 */
export async function handleOnce<Result>(
  verified: Pick<VerifiedNotification, "notification">,
  store: ReplayStore,
  handle: (notification: Notification) => Result | Promise<Result>,
  options: HandleOnceOptions = {},
): Promise<HandledOnce<Result>> {
  const { notification } = verified;
  const { messageId } = notification;
  const { retentionSeconds = 86_400, now = Date.now } = options;
  const expiresAt = new Date(Number(now()) + retentionSeconds * 1000);
  if (!(await store.claim(messageId, expiresAt))) return { handled: false };
  try {
    return { handled: true, result: await handle(notification) };
  } catch (error) {
    await store.release(messageId);
    throw error;
  }
}
