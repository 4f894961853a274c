import type { Config } from "../config";
import { ApiError, CredentialsError } from "./errors";
import type { Operation } from "./operation";
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
  readonly #config: Pick<Config, "credentials" | "apiUrl" | "authUrl">;
  readonly #fetch: FetchToken;
  readonly #onToken: (token: string) => void;
  #current: Token | undefined;
  #pending: Promise<Token> | undefined;
  #refused: CredentialsError | undefined;

  constructor(
    config: Pick<Config, "credentials" | "apiUrl" | "authUrl">,
    fetch: FetchToken,
    onToken: (token: string) => void,
  ) {
    this.#config = config;
    this.#fetch = fetch;
    this.#onToken = onToken;
  }

  /** @throws CredentialsError when UP42 refuses the credentials. */
  async get(operation: Operation): Promise<string> {
    const { credentials } = this.#config;
    if (credentials.kind === "accessToken") {
      return credentials.accessToken;
    }
    if (this.#refused !== undefined) {
      throw this.#refused;
    }
    if (this.#current !== undefined && Date.now() < this.#current.renewAt) {
      return this.#current.value;
    }
    this.#pending ??= this.#renew(operation).finally(() => {
      this.#pending = undefined;
    });
    return (await this.#pending).value;
  }

  /**
   * Says that UP42 refused a token. A token that has been renewed meanwhile stays.
   * @returns whether a new one can be had.
   */
  refuse(token: string): boolean {
    if (this.#config.credentials.kind === "accessToken") {
      return false;
    }
    if (this.#current?.value === token) {
      this.#current = undefined;
    }
    return true;
  }

  async #renew(operation: Operation): Promise<Token> {
    const loggingIn = { ...operation, what: `log in at UP42 (to ${operation.what})` };
    try {
      const { accessToken, expiresInSeconds = DEFAULT_LIFETIME_SECONDS } = await this.#fetch(
        tokenRequest(this.#config),
        loggingIn,
        (body) => parseAnswer(schemas.token, body, loggingIn.what),
      );
      this.#onToken(accessToken);
      const margin = Math.min(MARGIN_SECONDS, expiresInSeconds / 10);
      this.#current = { value: accessToken, renewAt: Date.now() + (expiresInSeconds - margin) * 1000 };
      return this.#current;
    } catch (error) {
      if (error instanceof ApiError && [400, 401, 403].includes(error.failure.status)) {
        this.#refused = refusal(this.#config, error);
        throw this.#refused;
      }
      throw error;
    }
  }
}

/** Today's password grant, or the project keys of older accounts (UP42's documentation: developers/authentication). */
function tokenRequest({
  credentials,
  apiUrl,
  authUrl,
}: Pick<Config, "credentials" | "apiUrl" | "authUrl">): TokenRequest {
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

function refusal(
  { credentials, authUrl }: Pick<Config, "credentials" | "authUrl">,
  error: ApiError,
): CredentialsError {
  const which = credentials.kind === "password" ? "username and password" : "projectId and projectApiKey";
  const said = error.failure.message === "" ? "" : ` It said: ${error.failure.message.replace(/[.]$/, "")}.`;
  return new CredentialsError(
    `UP42 refused the ${which} (HTTP ${error.failure.status}).${said} Check that they are right and belong to ` +
      `${credentials.kind === "password" ? authUrl : "this region (up42:region)"}; nothing was changed.`,
    { cause: error },
  );
}
