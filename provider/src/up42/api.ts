import type { RemoteWebhook, TestRun, WebhookEvent, WebhookSpec } from "./model";
import type { Operation } from "./operation";

/**
 * UP42's webhooks API as the lifecycle sees it: no HTTP, only values and typed errors.
 * Not found is a value (`undefined`, `false`), since for a read or a delete it is an ordinary outcome.
 */
export interface WebhooksApi {
  /** How long one attempt at a request may take, in milliseconds; the measure for how late a lost POST may commit. */
  readonly attemptTimeoutMs: number;
  /** How often a request is repeated at the most. */
  readonly maxRetries: number;
  /** The workspace of the account that the credentials belong to. */
  ownWorkspaceId(operation: Operation): Promise<string>;
  /** Makes sure that the credentials are accepted. */
  login(operation: Operation): Promise<void>;
  listEvents(operation: Operation): Promise<readonly WebhookEvent[]>;
  listWebhooks(workspaceId: string, operation: Operation): Promise<readonly RemoteWebhook[]>;
  getWebhook(workspaceId: string, id: string, operation: Operation): Promise<RemoteWebhook | undefined>;
  /** @throws LostAnswerError when the webhook may or may not have been created. */
  createWebhook(workspaceId: string, spec: WebhookSpec, operation: Operation): Promise<RemoteWebhook>;
  updateWebhook(
    workspaceId: string,
    id: string,
    spec: WebhookSpec,
    operation: Operation,
  ): Promise<RemoteWebhook | undefined>;
  /** Answers whether it was still there. */
  deleteWebhook(workspaceId: string, id: string, operation: Operation): Promise<boolean>;
  /** No event names: every event that the webhook subscribes to. */
  testWebhook(
    workspaceId: string,
    id: string,
    eventNames: readonly string[],
    operation: Operation,
  ): Promise<TestRun | undefined>;
}
