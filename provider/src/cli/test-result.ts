import type { EventTest } from "../up42/model";

/** What came of testing one webhook. */
export interface WebhookResult {
  readonly id: string;
  readonly name: string;
  /** Whether UP42 sends it anything but tests. */
  readonly active: boolean;
  /** One for each event. */
  readonly tests: readonly EventTest[];
  /** Why it could not be tested. */
  readonly error?: string;
}
