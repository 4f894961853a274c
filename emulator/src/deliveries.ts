import { randomUUID } from "node:crypto";
import type { Fault, Faults } from "./faults";
import { Journal } from "./journal";
import type { Notification, StoredWebhook } from "./model";
import type { Settings } from "./options";
import { describeFailure, type PostAnswer, post } from "./post";
import { reasonIn } from "./reason";
import { notificationHeaders } from "./signature";
import { pause, timestamp } from "./time";

/** What is remembered; older deliveries are forgotten. */
const REMEMBERED = { entries: 1000, bytes: 32 * 1024 * 1024 };

/** One POST to a receiver and what came of it. */
export interface DeliveryAttempt {
  /** ISO 8601. */
  readonly startedAt: string;
  /** Until the answer or the failure, in milliseconds. */
  readonly durationMs: number;
  /** What was sent; every attempt has a signature of its own. */
  readonly headers: Readonly<Record<string, string>>;
  /** What the receiver answered, if it did. */
  readonly response: PostAnswer | null;
  /** Why there was no answer. */
  readonly error: string | null;
  /** Why it failed: the receiver's own words in its answer, or why there was none. Empty when it succeeded. */
  readonly reason: string;
}

/** A notification on its way to a webhook. */
export interface Delivery {
  /** Its id in the emulator; the notification has its own. */
  readonly id: string;
  /** The delivery that this one repeats. */
  readonly repeatOf: string | null;
  /** Which webhook it is for. */
  readonly webhookId: string;
  /** The webhook's name when it started. */
  readonly webhookName: string;
  /** The webhook's workspace. */
  readonly workspaceId: string;
  /** Where it is sent. */
  readonly url: string;
  /** When it started; ISO 8601. */
  readonly createdAt: string;
  /** `delivered` once an attempt was answered with 2xx; `failed` when none was and there will be no further one. */
  readonly state: "pending" | "delivered" | "failed";
  /** How many attempts there are at most: a test has one, a live notification has its retries too. */
  readonly maxAttempts: number;
  /** When the next attempt starts; ISO 8601. Null while one is under way, and when there is no further one. */
  readonly nextAttemptAt: string | null;
  /** What is sent. */
  readonly notification: Notification;
  /** The request's body, byte for byte. */
  readonly body: string;
  /** Every try so far, the first one first. */
  readonly attempts: readonly DeliveryAttempt[];
}

/** A delivery as it starts, and its end. */
export interface StartedDelivery {
  readonly delivery: Delivery;
  /** The delivery when it is delivered or failed; doesn't reject. */
  readonly done: Promise<Delivery>;
}

/** Sends notifications and remembers, in memory, what came of them. */
export class Deliveries {
  readonly #deliveries = new Journal<string, Delivery>(REMEMBERED);

  /** @param closing Ends everything that is under way. */
  constructor(
    private readonly settings: Settings,
    private readonly faults: Faults,
    private readonly closing: AbortSignal,
  ) {}

  /** All that are remembered, newest first. */
  list(): Delivery[] {
    return this.#deliveries.values().reverse();
  }

  get(id: string): Delivery | undefined {
    return this.#deliveries.get(id);
  }

  /** Sends a notification to a webhook: a test once, a live one with retries. */
  start(webhook: StoredWebhook, notification: Notification, repeatOf: string | null = null): StartedDelivery {
    const delivery: Delivery = {
      id: randomUUID(),
      repeatOf,
      webhookId: webhook.id,
      webhookName: webhook.name,
      workspaceId: webhook.workspaceId,
      url: webhook.url,
      createdAt: timestamp(),
      state: "pending",
      maxAttempts: 1 + (notification.liveMode ? this.settings.retries : 0),
      nextAttemptAt: null,
      notification,
      body: JSON.stringify(notification),
      attempts: [],
    };
    this.#deliveries.add(delivery.id, delivery, sizeOf(delivery));
    return { delivery, done: this.#run(delivery, webhook.secret) };
  }

  async #run(started: Delivery, secret: string): Promise<Delivery> {
    let delivery = started;
    for (let retry = 0; delivery.state === "pending"; retry++) {
      if (retry > 0) {
        await this.#waitForRetry(delivery, retry);
      }
      const attempt = await this.#attempt(delivery, secret);
      const last = retry + 1 >= delivery.maxAttempts || this.closing.aborted;
      const state = isSuccess(attempt) ? "delivered" : last ? "failed" : "pending";
      delivery = { ...delivery, attempts: [...delivery.attempts, attempt], state };
      this.#update(delivery);
      this.settings.log(describe(delivery, attempt));
    }
    return delivery;
  }

  #update(delivery: Delivery): void {
    this.#deliveries.update(delivery.id, delivery, sizeOf(delivery));
  }

  async #waitForRetry(delivery: Delivery, retry: number): Promise<void> {
    const milliseconds = this.settings.retryDelayMs * 2 ** (retry - 1);
    this.#update({ ...delivery, nextAttemptAt: new Date(Date.now() + milliseconds).toISOString() });
    await pause(milliseconds, this.closing);
    this.#update(delivery);
  }

  async #attempt(delivery: Delivery, secret: string): Promise<DeliveryAttempt> {
    const url = new URL(delivery.url);
    const fault = this.faults.take("notify");
    if (fault?.delayMs !== undefined) {
      await pause(fault.delayMs, this.closing);
    }
    const headers = notificationHeaders(url, delivery.body, secret, this.settings.signedHeaders, Date.now());
    const startedAt = timestamp();
    const from = performance.now();
    const result = await this.#post(url, headers, delivery.body).then(
      (response) => outcomeOf(response, fault),
      (error: unknown) => ({ response: null, error: describeFailure(error) }),
    );
    const durationMs = Math.round(performance.now() - from);
    return { startedAt, durationMs, headers, ...result, reason: reasonOf(result) };
  }

  async #post(url: URL, headers: Record<string, string>, body: string): Promise<PostAnswer> {
    const seconds = this.settings.testTimeoutSeconds;
    const abort = new AbortController();
    const stop = () => abort.abort(this.closing.reason);
    if (this.closing.aborted) {
      stop();
    }
    this.closing.addEventListener("abort", stop);
    const timer = setTimeout(
      () => abort.abort(new Error(`the receiver didn't answer within ${seconds} s`)),
      seconds * 1000,
    );
    try {
      return await post({ url, headers, body }, abort.signal);
    } finally {
      clearTimeout(timer);
      this.closing.removeEventListener("abort", stop);
    }
  }
}

function outcomeOf(response: PostAnswer, fault: Fault | undefined) {
  const isLost = fault?.lostAnswer === true;
  return isLost
    ? { response: null, error: "the answer was lost (an injected fault)" }
    : { response, error: null };
}

/** Roughly what a delivery takes up. */
function sizeOf({ body, url, attempts }: Delivery): number {
  const answers = attempts.reduce((sum, { response }) => sum + JSON.stringify(response).length, 0);
  // The notification is kept beside its text; an attempt has its headers.
  return 2 * body.length + url.length + answers + 1024 * (1 + attempts.length);
}

function reasonOf(outcome: Pick<DeliveryAttempt, "response" | "error">): string {
  if (outcome.response === null) {
    return outcome.error ?? "";
  }
  return isSuccess(outcome) ? "" : reasonIn(outcome.response.body);
}

/** Whether the receiver took the notification. */
export function isSuccess({ response }: Pick<DeliveryAttempt, "response">): boolean {
  return response !== null && response.status >= 200 && response.status < 300;
}

function describe(
  { notification, url, attempts }: Delivery,
  { response, error, durationMs }: DeliveryAttempt,
) {
  // The query is left out, since receivers are known to carry tokens there.
  const { origin, pathname } = new URL(url);
  const outcome = response === null ? error : `${response.status} ${response.statusText}`;
  const mode = notification.liveMode ? `live, attempt ${attempts.length}` : "test";
  return `→ ${notification.event} (${mode}) to ${origin}${pathname}: ${outcome}, ${durationMs} ms`;
}
