import type { Deliveries } from "./deliveries";
import type { Faults } from "./faults";
import type { Journal } from "./journal";
import type { Settings } from "./options";
import type { RecordedRequest } from "./recorded-request";
import type { WebhookStore } from "./store";
import type { Tokens } from "./tokens";

/** What the routes work with. */
export interface Context {
  readonly settings: Settings;
  readonly store: WebhookStore;
  readonly tokens: Tokens;
  readonly faults: Faults;
  readonly deliveries: Deliveries;
  readonly requests: Journal<RecordedRequest, RecordedRequest>;
  /** Aborts when the emulator stops: nothing waits any longer. */
  readonly closing: AbortSignal;
}
