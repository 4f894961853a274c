import { ApiError, CredentialsError } from "./errors";
import { Deadline, type Operation } from "./operation";
import type { Settings } from "./settings";
import { waitFor } from "./waiting";
import { parseAnswer, schemas } from "./wire";

/** A request for a token; how it is sent, repeated and read is the client's business. */
export interface TokenRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly form: Readonly<Record<string, string>>;
}

/** Sends a token request and parses the body of the success; one that cannot be parsed is a failed attempt. */
export type FetchToken = <T>(
  request: TokenRequest,
  operation: Operation,
  parse: (body: string) => T,
) => Promise<T>;

type LoginSettings = Pick<Settings, "credentials" | "apiUrl" | "authUrl" | "timeoutSeconds">;

interface Token {
  readonly value: string;
  /** Milliseconds since the epoch. */
  readonly renewAt: number;
}

/** UP42's documentation: a token lives five minutes. Used when an answer does not say. */
const DEFAULT_LIFETIME_SECONDS = 300;
/** Renewed this long before it expires, so that it does not expire on its way; of a short one, a tenth. */
const MARGIN_SECONDS = 30;

/**
 * The access token of this process: asked for when it is first needed, by one request however many wait for it,
 * and renewed before it expires. Refused credentials are remembered: one attempt for the whole run.
 */
export class Tokens {
  readonly #settings: LoginSettings;
  readonly #fetch: FetchToken;
  readonly #onToken: (token: string) => void;
  #current: Token | undefined;
  #pending: Promise<Token> | undefined;
  #refused: CredentialsError | undefined;

  constructor(settings: LoginSettings, fetch: FetchToken, onToken: (token: string) => void) {
    this.#settings = settings;
    this.#fetch = fetch;
    this.#onToken = onToken;
  }

  /** @throws CredentialsError when UP42 refuses the credentials. */
  async get(operation: Operation): Promise<string> {
    const { credentials } = this.#settings;
    if (credentials.kind === "accessToken") {
      return credentials.accessToken;
    }
    if (this.#refused !== undefined) {
      throw this.#refused;
    }
    if (this.#current !== undefined && Date.now() < this.#current.renewAt) {
      return this.#current.value;
    }
    this.#pending ??= this.#renew(operation.report).finally(() => {
      this.#pending = undefined;
    });
    return (await waitFor(this.#pending, operation, "the login at UP42")).value;
  }

  /**
   * Says that UP42 refused a token. A token that has been renewed meanwhile stays.
   * @returns whether a new one can be had.
   */
  refuse(token: string): boolean {
    if (this.#settings.credentials.kind === "accessToken") {
      return false;
    }
    if (this.#current?.value === token) {
      this.#current = undefined;
    }
    return true;
  }

  /** One login serves all operations that wait for it, so it has a time of its own. */
  async #renew(report: Operation["report"]): Promise<Token> {
    const deadline = new Deadline(this.#settings.timeoutSeconds * 1000);
    try {
      const { accessToken, expiresInSeconds = DEFAULT_LIFETIME_SECONDS } = await this.#fetch(
        tokenRequest(this.#settings),
        { deadline, report },
        (body) => parseAnswer(schemas.token, body),
      );
      this.#onToken(accessToken);
      const margin = Math.min(MARGIN_SECONDS, expiresInSeconds / 10);
      this.#current = { value: accessToken, renewAt: Date.now() + (expiresInSeconds - margin) * 1000 };
      return this.#current;
    } catch (error) {
      if (isRefusal(error)) {
        this.#refused = refusal(this.#settings, error);
        throw this.#refused;
      }
      throw error;
    }
  }
}

/** Only the login's own refusal is final: a proxy or a sign-in page says nothing about the password. */
function isRefusal(error: unknown): error is ApiError {
  return error instanceof ApiError && error.failure.isOwn && [400, 401, 403].includes(error.failure.status);
}

/** Today's password grant, or the project keys of older accounts (UP42's documentation: developers/authentication). */
export function tokenRequest({ credentials, apiUrl, authUrl }: LoginSettings): TokenRequest {
  switch (credentials.kind) {
    case "password":
      return {
        url: `${authUrl}/realms/public/protocol/openid-connect/token`,
        headers: {},
        form: {
          grant_type: "password",
          client_id: "up42-api",
          // Without it Keycloak answers userinfo with 403.
          scope: "openid",
          username: credentials.username,
          password: credentials.password,
        },
      };
    case "projectApiKey": {
      const basic = Buffer.from(`${credentials.projectId}:${credentials.projectApiKey}`).toString("base64");
      return {
        url: `${apiUrl}/oauth/token`,
        headers: { authorization: `Basic ${basic}` },
        form: { grant_type: "client_credentials" },
      };
    }
    case "accessToken":
      throw new CredentialsError("An access token is used as it is; there is nothing to log in with.");
  }
}

function refusal({ credentials, authUrl }: LoginSettings, error: ApiError): CredentialsError {
  const which = credentials.kind === "password" ? "username and password" : "projectId and projectApiKey";
  const { status, message } = error.failure;
  const said = message === "" ? "" : `: ${message.replace(/[.]$/, "")}`;
  const where = credentials.kind === "password" ? ` at ${authUrl}` : "";
  return new CredentialsError(`UP42 refused the ${which}${where} (HTTP ${status}${said})`, "credentials", {
    cause: error,
  });
}
