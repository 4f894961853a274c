export { type IfExists, Webhook, type WebhookArgs, type WebhookLookup } from "./resources/webhook";
export { WebhookTest, type WebhookTestArgs } from "./resources/webhookTest";
export type { EventTest } from "./up42/model";
