import type { Deletion, WebhooksApi } from "./api";
import { type Call, Connection, type ConnectionOptions } from "./connection";
import {
  AbandonedError,
  AnswerError,
  ApiError,
  ConfigError,
  CredentialsError,
  LostAnswerError,
  messageOf,
  TransportError,
} from "./errors";
import { isId } from "./ids";
import type { TestRun, WebhookEvent } from "./model";
import type { Operation } from "./operation";
import { isTransient, isUnprocessed } from "./retry";
import type { Settings } from "./settings";
import { type RemoteWebhook, type WebhookSpec, webhookBody } from "./webhook";
import { checkId, parseAnswer, parseDeletion, parseList, schemas } from "./wire";

/** UP42's webhooks API over HTTP, for one set of credentials; endpoints as in UP42's documentation. */
export class Up42Client implements WebhooksApi {
  readonly #settings: Settings;
  readonly #connection: Connection;

  constructor(settings: Settings, options: ConnectionOptions = {}) {
    this.#settings = settings;
    this.#connection = new Connection(settings, options);
  }

  get attemptTimeoutMs(): number {
    return this.#connection.attemptTimeoutMs;
  }

  get maxRetries(): number {
    return this.#connection.maxRetries;
  }

  get clockOffsetMs(): number {
    return this.#connection.clockOffsetMs;
  }

  conceal(secret: string | undefined): void {
    this.#connection.conceal(secret);
  }

  redact(text: string): string {
    return this.#connection.redact(text);
  }

  async login(operation: Operation): Promise<void> {
    await this.#connection.login(operation);
  }

  async ownWorkspaceId(operation: Operation): Promise<string> {
    const url = `${this.#settings.authUrl}/realms/public/protocol/openid-connect/userinfo`;
    return await this.#connection.call(
      { method: "GET", url },
      operation,
      ({ body }) => parseAnswer(schemas.userinfo, body).sub,
    );
  }

  /**
   * UP42's own example sends no token here; one is sent only if the endpoint wants it. Nobody waits for this list: a
   * pause that it asks for holds for this list alone.
   */
  async listEvents(operation: Operation): Promise<readonly WebhookEvent[]> {
    const call: Call = {
      method: "GET",
      url: `${this.#settings.apiUrl}/webhooks/events`,
      pausesOthers: false,
    };
    const list = async (authorize: boolean) =>
      await this.#connection.call(
        { ...call, authorize },
        operation,
        ({ body }) => parseAnswer(schemas.events, body).data,
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
    const webhooks = await this.#connection.call(
      { method: "GET", url: this.#url(workspaceId) },
      operation,
      ({ body, link }) => parseList(body, link),
    );
    for (const { secret } of webhooks) {
      this.conceal(secret);
    }
    return webhooks;
  }

  async getWebhook(
    workspaceId: string,
    id: string,
    operation: Operation,
  ): Promise<RemoteWebhook | undefined> {
    return await this.#one({ method: "GET", url: this.#url(workspaceId, id) }, id, operation);
  }

  async createWebhook(workspaceId: string, spec: WebhookSpec, operation: Operation): Promise<RemoteWebhook> {
    this.conceal(spec.secret);
    const call: Call = {
      method: "POST",
      url: this.#url(workspaceId),
      body: webhookBody(spec),
      repeatable: "ifNotProcessed",
    };
    try {
      return await this.#connection.call(
        call,
        operation,
        ({ body }) => parseAnswer(schemas.webhook, body).data,
      );
    } catch (error) {
      throw isCertainlyNotCreated(error)
        ? error
        : new LostAnswerError(messageOf(error), { cause: error, mayRepeat: mayRepeatPost(error) });
    }
  }

  async updateWebhook(
    workspaceId: string,
    id: string,
    spec: WebhookSpec,
    operation: Operation,
  ): Promise<RemoteWebhook | undefined> {
    this.conceal(spec.secret);
    const call: Call = { method: "PUT", url: this.#url(workspaceId, id), body: webhookBody(spec) };
    return await this.#one(call, id, operation);
  }

  async deleteWebhook(workspaceId: string, id: string, operation: Operation): Promise<Deletion> {
    const call: Call = { method: "DELETE", url: this.#url(workspaceId, id), ownConnection: true };
    const deleted = this.#connection.call(call, operation, ({ status, body }) =>
      parseDeletion(status, body, id),
    );
    return (await orMissing(deleted)) ?? "missing";
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
      ownConnection: true,
    };
    const run = await orMissing(
      this.#connection.call(call, operation, ({ body }) => parseAnswer(schemas.testRun, body).data),
    );
    return run === undefined ? undefined : { ...run, tests: run.tests.map((test) => this.#redacted(test)) };
  }

  /** A receiver may repeat in its answer what it received. */
  #redacted<T extends { readonly message: string; readonly response: string }>(test: T): T {
    return { ...test, message: this.redact(test.message), response: this.redact(test.response) };
  }

  /** Makes sure that the answer is about this webhook. */
  async #one(call: Call, id: string, operation: Operation): Promise<RemoteWebhook | undefined> {
    const webhook = await orMissing(
      this.#connection.call(call, operation, ({ body }) => {
        const { data } = parseAnswer(schemas.webhook, body);
        checkId(data.id, id);
        return data;
      }),
    );
    this.conceal(webhook?.secret);
    return webhook;
  }

  #url(workspaceId: string, ...rest: readonly string[]): string {
    for (const id of [workspaceId, ...rest]) {
      if (!isId(id)) {
        throw new ConfigError(`"${id}" is not an id of UP42's`);
      }
    }
    const path = ["workspaces", workspaceId, "webhooks", ...rest].map(encodeURIComponent).join("/");
    return `${this.#settings.apiUrl}/${path}`;
  }
}

/** Whether a POST certainly created nothing: it was never sent, or UP42 itself refused it. */
function isCertainlyNotCreated(error: unknown): boolean {
  return (
    error instanceof CredentialsError ||
    error instanceof ConfigError ||
    error instanceof AbandonedError ||
    isUnprocessed(error) ||
    !(error instanceof ApiError || error instanceof TransportError || error instanceof AnswerError)
  );
}

/** A refusal by something in front of UP42 would come again; a 401 need not, since the token is renewed. */
function mayRepeatPost(error: unknown): boolean {
  return isTransient(error) || (error instanceof ApiError && error.failure.status === 401);
}

/** Turns UP42's own "not found" into a value. Anybody else's says nothing about the webhook, which may still send. */
async function orMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && error.failure.status === 404 && error.failure.isOwn) {
      return undefined;
    }
    throw error;
  }
}
