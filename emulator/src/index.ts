/**
 * An emulator of UP42's webhooks API for localhost, as a library: {@link startEmulator}.
 *
 * @module
 */

export type { Delivery, DeliveryAttempt } from "./deliveries";
export type { OperationId } from "./description";
export type { ErrorFormat } from "./envelope";
export type { Fault, FaultTarget, InjectedFault } from "./faults";
export type { Account, Notification, SeedWebhook, StoredWebhook, WebhookBody, WebhookEvent } from "./model";
export { DEFAULT_EVENTS, DEMO_ACCOUNT, type EmulatorOptions, type SecretVisibility } from "./options";
export type { PostAnswer } from "./post";
export type { RecordedRequest } from "./recorded-request";
export type { SignedHeader } from "./signature";
export { type Emulator, startEmulator } from "./start";
export type { TriggerRequest } from "./trigger";
