/**
 * An emulator of UP42's webhooks API for localhost, as a library: {@link startEmulator}.
 *
 * @module
 */

export type { PostAnswer } from "./deliver";
export type { Delivery, DeliveryAttempt } from "./deliveries";
export type { Account, Notification, StoredWebhook, WebhookBody, WebhookEvent } from "./model";
export { DEFAULT_EVENTS, DEMO_ACCOUNT, type EmulatorOptions, type SecretVisibility } from "./options";
export type { RecordedRequest } from "./recorder";
export { type Emulator, startEmulator } from "./start";
export type { TriggerRequest } from "./trigger";
