/**
 * The receiving end of UP42's webhooks: verifies notifications and gives them as typed values. Loads neither Pulumi nor
 * an HTTP client, so that functions start fast.
 *
 * @module
 */
export { type ApiGatewayEvent, requestFromApiGateway } from "./api-gateway";
export type { HeadersInput, HeaderValue } from "./headers";
export { createMemoryReplayStore, type MemoryReplayStoreOptions } from "./memory-replay-store";
export type {
  JobStatus,
  JobStatusBody,
  JobStatusNotification,
  JobTask,
  Notification,
  OrderStatus,
  OrderStatusBody,
  OrderStatusNotification,
  UnknownEventName,
  UnknownNotification,
} from "./notification";
export { NotificationError, type NotificationErrorCode } from "./notification-error";
export type { VerifyOptions } from "./options";
export { type HandledOnce, type HandleOnceOptions, handleOnce, type ReplayStore } from "./replay";
export { type NotificationRequest, type VerifiedNotification, verifyNotification } from "./verify";
