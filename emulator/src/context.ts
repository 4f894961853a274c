import type { Deliveries } from "./deliveries";
import type { Settings } from "./options";
import type { WebhookStore } from "./store";
import type { Tokens } from "./tokens";

/** What the routes work with. */
export interface Context {
  readonly settings: Settings;
  readonly store: WebhookStore;
  readonly tokens: Tokens;
  readonly deliveries: Deliveries;
}
