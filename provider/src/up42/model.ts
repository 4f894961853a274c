/** A kind of notification that a webhook can subscribe to, as UP42's `GET /webhooks/events` describes it. */
export interface WebhookEvent {
  /** For instance `order.status`: what `events` of a webhook holds. */
  readonly name: string;
  /** For people, for instance `Order Status Updates`. */
  readonly title: string;
  /** For instance `order`. */
  readonly category: string;
  /** When UP42 sends it, in a sentence. */
  readonly description: string;
  /** Address of its documentation. */
  readonly documentation: string;
}

/** What came of the test notification for one event, as UP42's `POST …/webhooks/{id}/tests` reports it. */
export interface EventTest {
  /** For instance `order.status`. */
  readonly eventName: string;
  /** Whether the receiver took it. */
  readonly success: boolean;
  /** UP42's own words. */
  readonly message: string;
  /** What the receiver answered, as UP42 describes it; empty when it did not answer. */
  readonly response: string;
  /** When it was sent; ISO 8601. */
  readonly startedAt: string;
}

/** The result of one call of the `tests` endpoint. */
export interface TestRun {
  /** ISO 8601. */
  readonly startedAt: string;
  readonly testsRun: number;
  readonly testsSucceeded: number;
  readonly testsFailed: number;
  readonly tests: readonly EventTest[];
}
