/**
 * Manages UP42's webhooks with Pulumi: {@link Webhook}, {@link WebhookTest}, and functions that read what is at UP42.
 *
 * @module
 */
import "./resources/sdk";

export type { GetWebhookArgs, GetWebhookResult, InputsOf, WorkspaceLookup } from "./functions/results";
export {
  getWebhook,
  getWebhookEvents,
  getWebhookEventsOutput,
  getWebhookOutput,
  getWebhooks,
  getWebhooksOutput,
} from "./functions/webhooks";
export { type IfExists, Webhook, type WebhookArgs, type WebhookLookup } from "./resources/webhook";
export { WebhookTest, type WebhookTestArgs } from "./resources/webhook-test";
export type { EventTest, WebhookEvent } from "./up42/model";
