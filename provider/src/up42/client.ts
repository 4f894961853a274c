import type { Config } from "../config";
import type { WebhooksApi } from "./api";
import { type Call, Connection } from "./connection";
import { ApiError, LostAnswerError, messageOf } from "./errors";
import type { RemoteWebhook, TestRun, WebhookEvent, WebhookSpec } from "./model";
import type { Operation } from "./operation";
import { isTransient, isUnprocessed } from "./retry";
import type { Transport } from "./transport";
import { checkDeletion, checkId, parseAnswer, schemas, webhookBody } from "./wire";

/** UP42's webhooks API over HTTP, for one set of credentials; endpoints as in UP42's documentation. */
export class Up42Client implements WebhooksApi {
  readonly #config: Config;
  readonly #connection: Connection;

  constructor(config: Config, transport?: Transport) {
    this.#config = config;
    this.#connection = new Connection(config, transport);
  }

  get attemptTimeoutMs(): number {
    return this.#connection.attemptTimeoutMs;
  }

  get maxRetries(): number {
    return this.#connection.maxRetries;
  }

  async login(operation: Operation): Promise<void> {
    await this.#connection.login(operation);
  }

  async ownWorkspaceId(operation: Operation): Promise<string> {
    const url = `${this.#config.authUrl}/realms/public/protocol/openid-connect/userinfo`;
    return await this.#connection.call(
      { method: "GET", url },
      operation,
      (body) => parseAnswer(schemas.userinfo, body, operation.what).sub,
    );
  }

  /** UP42's own example sends no token here; one is sent only if it turns out to be wanted. */
  async listEvents(operation: Operation): Promise<readonly WebhookEvent[]> {
    const list = async (authorize: boolean) =>
      await this.#connection.call(
        { method: "GET", url: `${this.#config.apiUrl}/webhooks/events`, authorize },
        operation,
        (body) => parseAnswer(schemas.events, body, operation.what).data,
      );
    try {
      return await list(false);
    } catch (error) {
      if (error instanceof ApiError && [401, 403].includes(error.failure.status)) {
        return await list(true);
      }
      throw error;
    }
  }

  async listWebhooks(workspaceId: string, operation: Operation): Promise<readonly RemoteWebhook[]> {
    return await this.#connection.call(
      { method: "GET", url: this.#url(workspaceId) },
      operation,
      (body) => parseAnswer(schemas.webhooks, body, operation.what).data,
    );
  }

  async getWebhook(
    workspaceId: string,
    id: string,
    operation: Operation,
  ): Promise<RemoteWebhook | undefined> {
    return await this.#one({ method: "GET", url: this.#url(workspaceId, id) }, id, operation);
  }

  async createWebhook(workspaceId: string, spec: WebhookSpec, operation: Operation): Promise<RemoteWebhook> {
    this.#connection.conceal(spec.secret);
    try {
      return await this.#connection.call(
        {
          method: "POST",
          url: this.#url(workspaceId),
          body: webhookBody(spec),
          repeatable: "ifNotProcessed",
        },
        operation,
        (body) => parseAnswer(schemas.webhook, body, operation.what).data,
      );
    } catch (error) {
      if (isTransient(error) && !isUnprocessed(error)) {
        throw new LostAnswerError(messageOf(error), { cause: error });
      }
      throw error;
    }
  }

  async updateWebhook(
    workspaceId: string,
    id: string,
    spec: WebhookSpec,
    operation: Operation,
  ): Promise<RemoteWebhook | undefined> {
    this.#connection.conceal(spec.secret);
    return await this.#one(
      { method: "PUT", url: this.#url(workspaceId, id), body: webhookBody(spec) },
      id,
      operation,
    );
  }

  async deleteWebhook(workspaceId: string, id: string, operation: Operation): Promise<boolean> {
    const call: Call = { method: "DELETE", url: this.#url(workspaceId, id) };
    const deleted = this.#connection.call(call, operation, (body) => {
      checkDeletion(body, id, operation.what);
      return true;
    });
    return (await orNotFound(deleted)) ?? false;
  }

  /** A receiver may take its time, and UP42 asks one event after the other: an attempt has the operation's time. */
  async testWebhook(
    workspaceId: string,
    id: string,
    eventNames: readonly string[],
    operation: Operation,
  ): Promise<TestRun | undefined> {
    const call: Call = {
      method: "POST",
      url: `${this.#url(workspaceId, id)}/tests`,
      body: eventNames.length === 0 ? {} : { eventNames },
      timeoutMs: operation.deadline.remainingMs,
    };
    return await orNotFound(
      this.#connection.call(
        call,
        operation,
        (body) => parseAnswer(schemas.testRun, body, operation.what).data,
      ),
    );
  }

  /** Makes sure that the answer is about the webhook that was asked for. */
  async #one(call: Call, id: string, operation: Operation): Promise<RemoteWebhook | undefined> {
    return await orNotFound(
      this.#connection.call(call, operation, (body) => {
        const { data } = parseAnswer(schemas.webhook, body, operation.what);
        checkId(data.id, id, operation.what);
        return data;
      }),
    );
  }

  #url(workspaceId: string, ...rest: readonly string[]): string {
    const path = ["workspaces", workspaceId, "webhooks", ...rest].map(encodeURIComponent).join("/");
    return `${this.#config.apiUrl}/${path}`;
  }
}

/**
 * Turns UP42's "not found" into a value. A web page with status 404 is none: something between us and UP42, or a
 * wrong address, says that; taking it for "gone" would forget a webhook that still sends.
 */
async function orNotFound<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && error.failure.status === 404 && !error.failure.isWebPage) {
      return undefined;
    }
    throw error;
  }
}
