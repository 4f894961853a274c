import * as v from "valibot";
import type { Config } from "../../../config/config";
import { Up42Error } from "../../../up42/errors";
import { Redactor } from "../../../up42/redact";
import { tokenRequest } from "../../../up42/tokens";
import { createTransport, type HttpAnswer } from "../../../up42/transport";

/** An answer as it came: facts about the API show in what the rest of this package leaves out. */
export interface Reply {
  readonly status: number;
  /** Undefined for a body that is not JSON. */
  readonly json: unknown;
  readonly body: string;
  readonly link: string | undefined;
}

/** What to send. */
export interface Question {
  readonly method?: "GET" | "POST" | "PUT" | "DELETE";
  readonly json?: unknown;
  /** Instead of JSON. */
  readonly form?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: the account's own. `null` sends none. */
  readonly token?: string | null;
}

const TIMEOUT_MS = 30_000;
const Token = v.object({
  access_token: v.optional(v.string()),
  data: v.optional(v.nullable(v.object({ accessToken: v.optional(v.string()) }))),
});

/** Requests to UP42 whose answers are looked at as they are: sent once, and never repeated. */
export class Wire {
  readonly #transport = createTransport();
  readonly #redactor = new Redactor();
  #token = "";

  /** @param signal Ends the run before the next request. */
  constructor(
    readonly config: Config,
    private readonly signal?: AbortSignal,
  ) {
    const { credentials } = config;
    for (const secret of Object.values(credentials).filter((value) => value !== credentials.kind)) {
      this.#redactor.add(secret);
    }
  }

  /** The same, and no signal ends it: for cleaning up. */
  uninterrupted(): Wire {
    const wire = new Wire(this.config);
    wire.#token = this.#token;
    return wire;
  }

  redact(text: string): string {
    return this.#redactor.redact(text);
  }

  conceal(secret: string): void {
    this.#redactor.add(secret);
  }

  /** Logs in as the provider does. @returns the answer; undefined for a given token. */
  async logIn(): Promise<Reply | undefined> {
    const { credentials } = this.config;
    if (credentials.kind === "accessToken") {
      this.#token = credentials.accessToken;
      return undefined;
    }
    const { url, headers, form } = tokenRequest(this.config);
    const reply = await this.send(url, { method: "POST", form, headers, token: null });
    const token = tokenIn(reply);
    if (token === undefined) {
      throw new Up42Error(
        `Failed to log in: UP42 answered HTTP ${reply.status} without a token. Run it again.`,
      );
    }
    this.conceal(token);
    this.#token = token;
    return reply;
  }

  /** Sends a request to a path of the API, or to another URL. @throws Up42Error when no answer comes. */
  async send(target: string, question: Question = {}): Promise<Reply> {
    this.signal?.throwIfAborted();
    const { method = "GET", token = this.#token } = question;
    const content = contentOf(question);
    const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
    const answer = await this.#transport({
      method,
      url: target.startsWith("/") ? `${this.config.apiUrl}${target}` : target,
      headers: { accept: "application/json", ...authorization, ...content.headers, ...question.headers },
      ...(content.body === undefined ? {} : { body: content.body }),
      timeoutMs: TIMEOUT_MS,
    });
    return replyOf(answer);
  }
}

interface Content {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

function contentOf({ json, form }: Question): Content {
  if (form !== undefined) {
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    return { headers, body: new URLSearchParams({ ...form }).toString() };
  }
  return json === undefined
    ? { headers: {} }
    : { headers: { "content-type": "application/json" }, body: JSON.stringify(json) };
}

function replyOf({ status, body, link }: HttpAnswer): Reply {
  return { status, body, link, json: parse(body) };
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** The token in the answer to a login, in today's form or the older one. */
export function tokenIn({ json }: Reply): string | undefined {
  const result = v.safeParse(Token, json);
  return result.success
    ? result.output.access_token || result.output.data?.accessToken || undefined
    : undefined;
}
