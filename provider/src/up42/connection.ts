import { AbandonedError, ApiError, type ApiFailure, CredentialsError, messageOf, Up42Error } from "./errors";
import { type AttemptOptions, Exchange, type UnsentRequest } from "./exchange";
import { readFailure } from "./failure";
import type { Operation } from "./operation";
import { proxySecrets } from "./proxy/proxy";
import { Redactor } from "./redact";
import { type Repeatable, withRetries } from "./retry";
import type { Credentials, Settings } from "./settings";
import { type TokenRequest, Tokens } from "./tokens";
import { createTransport, type HttpAnswer, type Transport } from "./transport";

/** A request to UP42's API, without what all requests have in common. */
export interface Call extends AttemptOptions {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly url: string;
  /** Sent as JSON. */
  readonly body?: Readonly<Record<string, unknown>>;
  /** Default "always". */
  readonly repeatable?: Repeatable;
  /**
   * Whether nothing comes before or after it on its connection: its answer does not name the webhook, so a late answer
   * to an earlier request could count as its own. Default false.
   */
  readonly ownConnection?: boolean;
  /** Whether a token goes along; default true. */
  readonly authorize?: boolean;
}

/** What a connection needs besides its settings; each has a default. */
export interface ConnectionOptions {
  readonly transport?: Transport | undefined;
  /** Whether the process that this one works for has ended; asked before each request. */
  readonly isAbandoned?: (() => boolean | Promise<boolean>) | undefined;
  /** Hides the secrets that this process has met, for every account alike. Default: one of its own. */
  readonly redactor?: Redactor | undefined;
}

/** What all requests to UP42 share: the token, retries and pauses, time-outs, and errors without secrets. */
export class Connection {
  readonly maxRetries: number;
  readonly #redactor: Redactor;
  readonly #exchange: Exchange;
  readonly #tokens: Tokens;

  constructor(
    settings: Settings,
    {
      transport = createTransport(),
      isAbandoned = () => false,
      redactor = new Redactor(),
    }: ConnectionOptions = {},
  ) {
    const { timeoutSeconds } = settings;
    this.#redactor = redactor;
    this.#exchange = new Exchange({ timeoutSeconds, transport, isAbandoned, redactor });
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
    return this.#exchange.clockOffsetMs;
  }

  /** How long one attempt may take. */
  get attemptTimeoutMs(): number {
    return this.#exchange.attemptTimeoutMs;
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
    return await withRetries(this.#retries, operation, call.repeatable ?? "always", async (onLost) => {
      const answer =
        call.authorize === false
          ? await this.#exchange.send(requestFor(call, {}), call, operation)
          : await this.#sendAuthorized(call, operation, onLost);
      return this.#exchange.parsed(call, answer, parse);
    });
  }

  get #retries() {
    return { maxRetries: this.maxRetries, pause: this.#exchange.pause };
  }

  /**
   * A token that UP42 does not accept any more is renewed once. A request that must not have its effect twice is sent
   * again only after UP42's own 401: anything else may answer 401 after UP42 has done its work.
   *
   * @param onLost Called when the request may have had its effect, although the answer says otherwise.
   */
  async #sendAuthorized(
    call: Call,
    operation: Operation,
    onLost: () => void,
    isRenewed = false,
  ): Promise<HttpAnswer> {
    const token = await this.#token(operation);
    const answer = await this.#exchange.send(requestFor(call, bearer(token)), call, operation);
    const refusal = this.#refusal(call, answer);
    if (refusal === undefined) {
      return answer;
    }
    const canRenew = !isRenewed && this.#tokens.refuse(token);
    if (!refusal.isOwn) {
      if (call.repeatable === "ifNotProcessed") {
        return answer;
      }
      onLost();
    }
    if (canRenew) {
      return await this.#sendAuthorized(call, operation, onLost, true);
    }
    throw new CredentialsError(
      `UP42 does not accept the access token (HTTP 401: ${refusal.message})`,
      isRenewed ? "credentials" : "token",
    );
  }

  /**
   * What refuses the token, which may be something other than UP42; undefined for any other answer.
   * @throws ApiError when it certainly is.
   */
  #refusal(call: Call, answer: HttpAnswer): ApiFailure | undefined {
    if (answer.status !== 401) {
      return undefined;
    }
    const failure = readFailure(call, answer, (text) => this.redact(text));
    if (failure.isForeign) {
      throw new ApiError(failure);
    }
    return failure;
  }

  /**
   * The tokens' own retries are over when they fail: the request that needed one does not start them again. Others that
   * wait for the same login get the same error, so each gets one of its own.
   */
  async #token(operation: Operation): Promise<string> {
    try {
      return await this.#tokens.get(operation);
    } catch (error) {
      if (error instanceof CredentialsError) {
        throw new CredentialsError(error.message, error.code, { cause: error });
      }
      if (error instanceof AbandonedError) {
        throw error;
      }
      throw new Up42Error(messageOf(error), {
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
    const request: UnsentRequest = {
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
      this.#exchange.parsed(request, await this.#exchange.send(request, {}, operation), ({ body }) =>
        parse(body),
      ),
    );
  }
}

function requestFor(call: Call, headers: Readonly<Record<string, string>>): UnsentRequest {
  const { method, url, body, ownConnection = false } = call;
  const common = { accept: "application/json", ...headers };
  return body === undefined
    ? { method, url, ownConnection, headers: common }
    : {
        method,
        url,
        ownConnection,
        headers: { ...common, "content-type": "application/json" },
        body: JSON.stringify(body),
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
