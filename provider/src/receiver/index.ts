/**
 * The receiving end of UP42's webhooks: verifies notifications and returns them as typed values. Runs wherever Web Crypto
 * does, loads neither Pulumi nor an HTTP client, and depends on no other package, so that functions start fast.
 *
 * @module
 */
export { type ApiGatewayEvent, requestFromApiGateway } from "./api-gateway";
export type { HeadersInput, HeadersObject, HeaderValue } from "./headers";
export type { VerifyRequestOptions } from "./limits";
export { createMemoryReplayStore, type MemoryReplayStoreOptions } from "./memory-replay-store";
export { type NodeRequest, verifyNodeRequest } from "./node-request";
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
export {
  NotificationError,
  type NotificationErrorCode,
  type NotificationErrorOptions,
} from "./notification-error";
export type { VerifyOptions } from "./options";
export {
  type HandledOnce,
  type HandleOnceOptions,
  handleOnce,
  type ReplayState,
  type ReplayStore,
} from "./replay";
export {
  type NotificationRequest,
  type VerifiedNotification,
  verifyNotification,
  verifyNotificationAsync,
} from "./verify";
export {
  verifyWebRequest,
  type WebBody,
  type WebBodyReader,
  type WebChunk,
  type WebRequest,
} from "./web-request";
