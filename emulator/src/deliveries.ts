import { randomUUID } from "node:crypto";
import { setMaxListeners } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { describeFailure, type PostAnswer, post } from "./deliver";
import type { Notification, StoredWebhook } from "./model";
import type { Settings } from "./options";
import { notificationHeaders } from "./signature";
import { timestamp } from "./time";

/** As many deliveries are remembered; older ones are forgotten. */
const REMEMBERED = 1000;

/** One POST to a receiver and what came of it. */
export interface DeliveryAttempt {
  /** ISO 8601. */
  readonly startedAt: string;
  /** Until the answer or the failure, in milliseconds. */
  readonly durationMs: number;
  /** What was sent; the signature is made anew for every attempt. */
  readonly headers: Readonly<Record<string, string>>;
  /** What the receiver answered, if it did. */
  readonly response: PostAnswer | null;
  /** Why there was no answer. */
  readonly error: string | null;
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
  readonly #deliveries = new Map<string, Delivery>();
  readonly #closing = new AbortController();

  constructor(private readonly settings: Settings) {
    setMaxListeners(0, this.#closing.signal);
  }

  /** All that are remembered, newest first. */
  list(): Delivery[] {
    return [...this.#deliveries.values()].reverse();
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
    this.#add(delivery);
    return { delivery, done: this.#run(delivery, webhook.secret) };
  }

  /** Gives up everything that is under way. */
  close(): void {
    this.#closing.abort(new Error("the emulator was stopped"));
  }

  async #run(started: Delivery, secret: string): Promise<Delivery> {
    let delivery = started;
    for (let retry = 0; delivery.state === "pending"; retry++) {
      if (retry > 0) await this.#waitForRetry(delivery, retry);
      const attempt = await this.#attempt(delivery, secret);
      const last = retry + 1 >= delivery.maxAttempts || this.#closing.signal.aborted;
      const state = isSuccess(attempt) ? "delivered" : last ? "failed" : "pending";
      delivery = { ...delivery, attempts: [...delivery.attempts, attempt], state };
      this.#update(delivery);
      this.settings.log(describe(delivery, attempt));
    }
    return delivery;
  }

  async #waitForRetry(delivery: Delivery, retry: number): Promise<void> {
    const milliseconds = this.settings.retryDelayMs * 2 ** (retry - 1);
    this.#update({ ...delivery, nextAttemptAt: new Date(Date.now() + milliseconds).toISOString() });
    await this.#pause(milliseconds);
    this.#update(delivery);
  }

  async #attempt(delivery: Delivery, secret: string): Promise<DeliveryAttempt> {
    const url = new URL(delivery.url);
    const headers = notificationHeaders(url, delivery.body, secret, Date.now());
    const startedAt = timestamp();
    const from = performance.now();
    const result = await this.#post(url, headers, delivery.body).then(
      (response) => ({ response, error: null }),
      (error: unknown) => ({ response: null, error: describeFailure(error) }),
    );
    return { startedAt, durationMs: Math.round(performance.now() - from), headers, ...result };
  }

  async #post(url: URL, headers: Record<string, string>, body: string): Promise<PostAnswer> {
    const seconds = this.settings.testTimeoutSeconds;
    const abort = new AbortController();
    const stop = () => abort.abort(this.#closing.signal.reason);
    if (this.#closing.signal.aborted) stop();
    this.#closing.signal.addEventListener("abort", stop);
    const timer = setTimeout(
      () => abort.abort(new Error(`the receiver didn't answer within ${seconds} s`)),
      seconds * 1000,
    );
    try {
      return await post({ url, headers, body }, abort.signal);
    } finally {
      clearTimeout(timer);
      this.#closing.signal.removeEventListener("abort", stop);
    }
  }

  /** Waits, but not longer than until the emulator stops: then the next attempt fails at once. */
  async #pause(milliseconds: number): Promise<void> {
    const { signal } = this.#closing;
    try {
      await delay(milliseconds, undefined, { signal });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** One that is forgotten by now stays so. */
  #update(delivery: Delivery): void {
    if (this.#deliveries.has(delivery.id)) this.#deliveries.set(delivery.id, delivery);
  }

  #add(delivery: Delivery): void {
    this.#deliveries.set(delivery.id, delivery);
    const [oldest] = this.#deliveries.keys();
    if (this.#deliveries.size > REMEMBERED && oldest !== undefined) this.#deliveries.delete(oldest);
  }
}

/** Whether the receiver took the notification. */
export function isSuccess({ response }: DeliveryAttempt): boolean {
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
