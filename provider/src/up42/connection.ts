import type { Config } from "../config";
import { AnswerError, ApiError, CredentialsError, messageOf, Up42Error } from "./errors";
import { readFailure } from "./failure";
import type { Operation } from "./operation";
import { Redactor } from "./redact";
import { Pause, type Repeatable, withRetries } from "./retry";
import { parseRetryAfter } from "./retry-after";
import { type TokenRequest, Tokens } from "./tokens";
import {
  createTransport,
  type HttpAnswer,
  type HttpRequest,
  MAX_SUCCESS_BYTES,
  type Transport,
} from "./transport";

/** One attempt may take this share of an operation's time, so that an unanswered one leaves room for others. */
const ATTEMPT_SHARE = 1 / 4;
const LONGEST_ATTEMPT_MS = 30_000;
/** How long everybody waits after a 429 that does not say. */
const DEFAULT_PAUSE_MS = 1_000;

/** A request to UP42's API, without what all requests have in common. */
export interface Call {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly url: string;
  /** Sent as JSON. */
  readonly body?: Readonly<Record<string, unknown>>;
  /** Default "always". */
  readonly repeatable?: Repeatable;
  /** For one attempt; default `attemptTimeoutMs`. */
  readonly timeoutMs?: number;
  /** Whether a token goes along; default true. */
  readonly authorize?: boolean;
}

/**
 * What all requests to UP42 share: the token, retries and pauses, time-outs, and errors in plain words without
 * secrets.
 */
export class Connection {
  readonly attemptTimeoutMs: number;
  readonly maxRetries: number;
  readonly #transport: Transport;
  readonly #pause = new Pause();
  readonly #redactor = new Redactor();
  readonly #tokens: Tokens;

  constructor(config: Config, transport: Transport = createTransport()) {
    this.#transport = transport;
    this.attemptTimeoutMs = Math.min(LONGEST_ATTEMPT_MS, config.timeoutSeconds * 1000 * ATTEMPT_SHARE);
    this.maxRetries = config.maxRetries;
    for (const credential of secretsOf(config)) {
      this.conceal(credential);
    }
    this.#tokens = new Tokens(
      config,
      async (request, operation, parse) => await this.#fetchToken(request, operation, parse),
      (token) => this.conceal(token),
    );
  }

  /** From now on, this value does not show up in any error. */
  conceal(secret: string | undefined): void {
    this.#redactor.add(secret);
  }

  /** Makes sure that UP42 accepts the credentials. */
  async login(operation: Operation): Promise<void> {
    await this.#token(operation);
  }

  /**
   * Sends a request until it succeeds or fails for good, and parses the answer. One that cannot be parsed counts as
   * a failed attempt, since it may have been cut off on its way.
   */
  async call<T>(call: Call, operation: Operation, parse: (body: string) => T): Promise<T> {
    return await withRetries(this.#retries, operation, call.repeatable ?? "always", async () => {
      const answer =
        call.authorize === false
          ? await this.#send(requestFor(call, {}), call.timeoutMs, operation)
          : await this.#sendAuthorized(call, operation);
      return this.#parsed(call, answer, operation, parse);
    });
  }

  get #retries() {
    return { maxRetries: this.maxRetries, pause: this.#pause };
  }

  /** A token that UP42 does not take any more is renewed once. */
  async #sendAuthorized(call: Call, operation: Operation): Promise<HttpAnswer> {
    const token = await this.#token(operation);
    const answer = await this.#send(requestFor(call, bearer(token)), call.timeoutMs, operation);
    if (answer.status !== 401) {
      return answer;
    }
    if (this.#tokens.refuse(token)) {
      const renewed = await this.#token(operation);
      const second = await this.#send(requestFor(call, bearer(renewed)), call.timeoutMs, operation);
      if (second.status !== 401) {
        return second;
      }
    }
    const { message } = readFailure(call, answer, (text) => this.#redactor.redact(text));
    throw new CredentialsError(
      `Could not ${operation.what}: UP42 does not accept the access token (HTTP 401: ${message}). ` +
        `If you set up42:accessToken yourself, it has probably expired (they live five minutes): set a new one, or ` +
        `use up42:username and up42:password.`,
    );
  }

  /** The tokens' own retries are over when they fail: whoever needed one must not start them again. */
  async #token(operation: Operation): Promise<string> {
    try {
      return await this.#tokens.get(operation);
    } catch (error) {
      throw error instanceof CredentialsError ? error : new Up42Error(messageOf(error), { cause: error });
    }
  }

  async #fetchToken<T>(
    { url, headers, form }: TokenRequest,
    operation: Operation,
    parse: (body: string) => T,
  ): Promise<T> {
    const request = {
      method: "POST",
      url,
      headers: {
        accept: "application/json",
        "content-type": "application/x-www-form-urlencoded",
        ...headers,
      },
      body: new URLSearchParams({ ...form }).toString(),
      // Nothing that follows a token on its connection may be taken for the next answer, nor the other way round.
      ownConnection: true,
    };
    return await withRetries(this.#retries, operation, "always", async () =>
      this.#parsed(request, await this.#send(request, undefined, operation), operation, parse),
    );
  }

  async #send(
    request: Omit<HttpRequest, "timeoutMs">,
    timeoutMs: number | undefined,
    operation: Operation,
  ): Promise<HttpAnswer> {
    await this.#pause.over(operation);
    const time = Math.min(timeoutMs ?? this.attemptTimeoutMs, operation.deadline.remainingMs);
    const answer = await this.#transport({ ...request, timeoutMs: time });
    const asked = parseRetryAfter(answer.retryAfter);
    if (answer.status === 429 || (answer.status === 503 && asked !== undefined)) {
      this.#pause.extend(asked ?? DEFAULT_PAUSE_MS);
    }
    return answer;
  }

  /** An answer that makes no sense may belong to another request, and so may the next on its connection. */
  #parsed<T>(
    request: Pick<HttpRequest, "method" | "url">,
    answer: HttpAnswer,
    operation: Operation,
    parse: (body: string) => T,
  ): T {
    try {
      return parse(this.#bodyOf(request, answer, operation));
    } catch (error) {
      if (error instanceof AnswerError) {
        this.#transport.discardConnections();
      }
      throw error;
    }
  }

  /** The body of a success. @throws ApiError of anything else. */
  #bodyOf(request: Pick<HttpRequest, "method" | "url">, answer: HttpAnswer, { what }: Operation): string {
    if (answer.status < 200 || answer.status > 299) {
      throw new ApiError(
        what,
        readFailure(request, answer, (text) => this.#redactor.redact(text)),
      );
    }
    if (answer.tooLarge) {
      const reason = `UP42's answer is larger than ${MAX_SUCCESS_BYTES / 2 ** 20} MiB.`;
      throw new AnswerError(`Could not ${what}: ${reason}`, { final: true });
    }
    return answer.body;
  }
}

function requestFor(call: Call, headers: Readonly<Record<string, string>>): Omit<HttpRequest, "timeoutMs"> {
  const common = { accept: "application/json", ...headers };
  return call.body === undefined
    ? { method: call.method, url: call.url, headers: common }
    : {
        method: call.method,
        url: call.url,
        headers: { ...common, "content-type": "application/json" },
        body: JSON.stringify(call.body),
      };
}

function bearer(token: string): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${token}` };
}

function secretsOf({ credentials }: Config): readonly string[] {
  switch (credentials.kind) {
    case "password":
      return [credentials.password];
    case "projectApiKey":
      return [credentials.projectApiKey];
    case "accessToken":
      return [credentials.accessToken];
  }
}
