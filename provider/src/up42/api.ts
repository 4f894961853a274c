import type { TestRun, WebhookEvent } from "./model";
import type { Operation } from "./operation";
import type { RemoteWebhook, WebhookSpec } from "./webhook";

/**
 * What UP42 answered to a delete: `deleted` when it says so clearly, `missing` when UP42 itself says that it
 * has no such webhook, `unconfirmed` when it accepted the request and only a look can show whether it is done.
 */
export type Deletion = "deleted" | "missing" | "unconfirmed";

/**
 * UP42's webhooks API as the lifecycle sees it: no HTTP, only values and typed errors.
 * Not found is a value, since for a read or a delete it is an ordinary outcome. It is a value only when UP42's own
 * error says so.
 */
export interface WebhooksApi {
  /** How long one attempt at a request may take, in milliseconds; the measure for how late a lost POST may commit. */
  readonly attemptTimeoutMs: number;
  /** How often a request is repeated at the most. */
  readonly maxRetries: number;
  /** How far UP42's clock is ahead of this machine's, in milliseconds. */
  readonly clockOffsetMs: number;
  /** Hides a secret in every error from now on. */
  conceal(secret: string | undefined): void;
  /** Hides known secrets in a text that comes from outside. */
  redact(text: string): string;
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
  deleteWebhook(workspaceId: string, id: string, operation: Operation): Promise<Deletion>;
  /** No event names: every event that the webhook subscribes to. */
  testWebhook(
    workspaceId: string,
    id: string,
    eventNames: readonly string[],
    operation: Operation,
  ): Promise<TestRun | undefined>;
}
