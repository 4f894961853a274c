import {
  AbandonedError,
  AnswerError,
  ApiError,
  CredentialsError,
  messageOf,
  TransportError,
  Up42Error,
} from "./errors";
import { readFailure } from "./failure";
import type { Operation } from "./operation";
import { proxySecrets } from "./proxy/proxy";
import { Redactor } from "./redact";
import { Pause, type Repeatable, withRetries } from "./retry";
import { clockOf, parseRetryAfter } from "./retry-after";
import type { Credentials, Settings } from "./settings";
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
/** The pause of all requests after a 429 without `Retry-After`. */
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
  /** Whether a `Retry-After` in its answer pauses all other requests too; default true. */
  readonly pausesOthers?: boolean;
}

/** What a connection needs besides its settings; each has a default. */
export interface ConnectionOptions {
  readonly transport?: Transport | undefined;
  /** Whether the process that this one works for has ended; asked before each request. */
  readonly isAbandoned?: (() => boolean | Promise<boolean>) | undefined;
  /** Hides the secrets that this process has met, for every account alike. Default: one of its own. */
  readonly redactor?: Redactor | undefined;
}

type Unsent = Omit<HttpRequest, "timeoutMs">;

/** What all requests to UP42 share: the token, retries and pauses, time-outs, and errors without secrets. */
export class Connection {
  readonly attemptTimeoutMs: number;
  readonly maxRetries: number;
  readonly #transport: Transport;
  readonly #isAbandoned: () => boolean | Promise<boolean>;
  readonly #pause = new Pause();
  readonly #redactor: Redactor;
  readonly #tokens: Tokens;
  #clockOffsetMs = 0;

  constructor(
    settings: Settings,
    {
      transport = createTransport(),
      isAbandoned = () => false,
      redactor = new Redactor(),
    }: ConnectionOptions = {},
  ) {
    this.#transport = transport;
    this.#redactor = redactor;
    this.#isAbandoned = isAbandoned;
    this.attemptTimeoutMs = Math.min(LONGEST_ATTEMPT_MS, settings.timeoutSeconds * 1000 * ATTEMPT_SHARE);
    this.maxRetries = settings.maxRetries;
    for (const credential of [...secretsOf(settings.credentials), ...proxySecrets()]) {
      this.conceal(credential);
    }
    this.#tokens = new Tokens(
      settings,
      async (request, operation, parse) => await this.#fetchToken(request, operation, parse),
      (token) => this.conceal(token),
    );
  }

  /** How far UP42's clock is ahead of this machine's, in milliseconds, as far as its answers show. */
  get clockOffsetMs(): number {
    return this.#clockOffsetMs;
  }

  /** From now on, this value does not show up in any error. */
  conceal(secret: string | undefined): void {
    this.#redactor.add(secret);
  }

  redact(text: string): string {
    return this.#redactor.redact(text);
  }

  /** Makes sure that UP42 accepts the credentials. */
  async login(operation: Operation): Promise<void> {
    await this.#token(operation);
  }

  /**
   * Sends a request until it succeeds or fails for good, and parses the answer. One that cannot be parsed counts as
   * a failed attempt, since it may have been cut off on its way.
   */
  async call<T>(call: Call, operation: Operation, parse: (answer: HttpAnswer) => T): Promise<T> {
    return await withRetries(this.#retries, operation, call.repeatable ?? "always", async () => {
      const answer =
        call.authorize === false
          ? await this.#send(requestFor(call, {}), call, operation)
          : await this.#sendAuthorized(call, operation);
      return this.#parsed(call, answer, parse);
    });
  }

  get #retries() {
    return { maxRetries: this.maxRetries, pause: this.#pause };
  }

  /**
   * A token that UP42 does not accept any more is renewed once. A request that must not have its effect twice is sent
   * again only after UP42's own 401: anything else may answer 401 after UP42 has done its work.
   */
  async #sendAuthorized(call: Call, operation: Operation): Promise<HttpAnswer> {
    const token = await this.#token(operation);
    const answer = await this.#send(requestFor(call, bearer(token)), call, operation);
    if (answer.status !== 401) {
      return answer;
    }
    const failure = readFailure(call, answer, (text) => this.redact(text));
    if (failure.isForeign) {
      throw new ApiError(failure);
    }
    const canRenew = this.#tokens.refuse(token);
    if (call.repeatable === "ifNotProcessed" && !failure.isOwn) {
      return answer;
    }
    if (canRenew) {
      const renewed = await this.#token(operation);
      const second = await this.#send(requestFor(call, bearer(renewed)), call, operation);
      if (second.status !== 401) {
        return second;
      }
    }
    throw new CredentialsError(
      `UP42 does not accept the access token (HTTP 401: ${failure.message})`,
      canRenew ? "credentials" : "token",
    );
  }

  /** The tokens' own retries are over when they fail: the request that needed one does not start them again. */
  async #token(operation: Operation): Promise<string> {
    try {
      return await this.#tokens.get(operation);
    } catch (error) {
      throw error instanceof CredentialsError || error instanceof AbandonedError
        ? error
        : new Up42Error(messageOf(error), {
            cause: error,
            code: error instanceof Up42Error ? error.code : undefined,
            nextStep: error instanceof Up42Error ? error.nextStep : undefined,
          });
    }
  }

  async #fetchToken<T>(
    { url, headers, form }: TokenRequest,
    operation: Operation,
    parse: (body: string) => T,
  ): Promise<T> {
    const request: Unsent = {
      method: "POST",
      url,
      headers: {
        accept: "application/json",
        "content-type": "application/x-www-form-urlencoded",
        ...headers,
      },
      body: new URLSearchParams({ ...form }).toString(),
      // Nothing that follows a token on its connection may be used as the next answer, nor the other way round.
      ownConnection: true,
    };
    return await withRetries(this.#retries, operation, "always", async () =>
      this.#parsed(request, await this.#send(request, {}, operation), ({ body }) => parse(body)),
    );
  }

  async #send(
    request: Unsent,
    { timeoutMs = this.attemptTimeoutMs, pausesOthers = true }: Pick<Call, "timeoutMs" | "pausesOthers">,
    operation: Operation,
  ): Promise<HttpAnswer> {
    await this.#pause.over(operation);
    if (await this.#isAbandoned()) {
      throw new AbandonedError();
    }
    const time = Math.min(timeoutMs, operation.deadline.remainingMs);
    const answer = await this.#exchange({ ...request, timeoutMs: time });
    this.#readClock(answer);
    const asked = parseRetryAfter(answer.retryAfter, clockOf(answer.date));
    if (pausesOthers && (answer.status === 429 || (answer.status === 503 && asked !== undefined))) {
      this.#pause.extend(asked ?? DEFAULT_PAUSE_MS);
    }
    return answer;
  }

  /** A proxy may repeat in its refusal what it was sent. */
  async #exchange(request: HttpRequest): Promise<HttpAnswer> {
    try {
      return await this.#transport(request);
    } catch (error) {
      if (error instanceof TransportError) {
        error.message = this.redact(error.message);
      }
      throw error;
    }
  }

  #readClock({ date }: HttpAnswer): void {
    const theirs = Date.parse(date ?? "");
    if (!Number.isNaN(theirs)) {
      this.#clockOffsetMs = theirs - Date.now();
    }
  }

  /** An answer that makes no sense may belong to another request, and so may the next on its connection. */
  #parsed<T>(
    request: Pick<HttpRequest, "method" | "url">,
    answer: HttpAnswer,
    parse: (answer: HttpAnswer) => T,
  ): T {
    try {
      return parse(this.#successful(request, answer));
    } catch (error) {
      if (error instanceof AnswerError) {
        const through =
          error.code === "not-up42" && answer.proxy !== undefined ? ` (by way of ${answer.proxy})` : "";
        error.message = this.redact(error.message) + through;
        this.#transport.discardConnections();
      }
      throw error;
    }
  }

  /** @throws ApiError of anything but a success. */
  #successful(request: Pick<HttpRequest, "method" | "url">, answer: HttpAnswer): HttpAnswer {
    if (answer.status < 200 || answer.status > 299) {
      throw new ApiError(readFailure(request, answer, (text) => this.redact(text)));
    }
    if (answer.tooLarge) {
      const size = `${MAX_SUCCESS_BYTES / 2 ** 20} MiB`;
      throw new AnswerError(`UP42's answer is larger than ${size}`, { final: true });
    }
    return answer;
  }
}

function requestFor(call: Call, headers: Readonly<Record<string, string>>): Unsent {
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

function secretsOf(credentials: Credentials): readonly string[] {
  switch (credentials.kind) {
    case "password":
      return [credentials.password];
    case "projectApiKey":
      return [credentials.projectApiKey];
    case "accessToken":
      return [credentials.accessToken];
  }
}
