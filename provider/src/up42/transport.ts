import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { TransportError } from "./errors";
import { load } from "./load";

/** One HTTP request, complete. */
export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Whether it gets a connection of its own, on which nothing comes before or after it. Default: `false`. */
  readonly ownConnection?: boolean;
  /** For the whole exchange, the body of the answer included; milliseconds. */
  readonly timeoutMs: number;
}

/** One HTTP answer, read to its end. */
export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly retryAfter: string | undefined;
  /** The server's clock, as the `Date` header has it. */
  readonly date: string | undefined;
  /** The `Link` header, which pages of a list name each other in. */
  readonly link: string | undefined;
  readonly body: string;
  /** Whether the body was longer than what was read of it. */
  readonly tooLarge: boolean;
}

/** Sends one request, once. @throws TransportError when no answer came back. */
export interface Transport {
  (request: HttpRequest): Promise<HttpAnswer>;
  /**
   * Says that a connection has delivered an answer to another request, so that whatever else it delivers may be one
   * late. Which one it was is not known any more: none that is open now is used again.
   */
  discardConnections(): void;
}

/** Enough for a hundred thousand webhooks. */
export const MAX_SUCCESS_BYTES = 32 * 1024 * 1024;
/** Of an error, only its message is wanted. */
const MAX_FAILURE_BYTES = 64 * 1024;

/** System calls that come before a connection is made: when one of them fails, the request never left. */
const BEFORE_SENDING = new Set(["connect", "getaddrinfo", "queryA", "queryAaaa"]);
const CERTIFICATE = /^(CERT_|ERR_TLS_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH)/;

/**
 * HTTP over node-fetch with kept-alive connections, as many as the engine has operations in flight.
 * Honours HTTPS_PROXY, HTTP_PROXY and NO_PROXY. Does not follow redirects: an API that redirects is not UP42's.
 */
export function createTransport(): Transport {
  const agents = new Map<string, Promise<HttpAgent>>();
  const agentFor = (url: string): Promise<HttpAgent> => {
    const { origin } = new URL(url);
    const agent = agents.get(origin) ?? createAgent(url, { keepAlive: true });
    agents.set(origin, agent);
    return agent;
  };
  const send = async (request: HttpRequest): Promise<HttpAnswer> => {
    const [{ default: fetch }, agent] = await Promise.all([
      load(import("node-fetch")),
      request.ownConnection === true ? createAgent(request.url, { keepAlive: false }) : agentFor(request.url),
    ]);
    const signal = AbortSignal.timeout(Math.max(1, Math.ceil(request.timeoutMs)));
    try {
      const response = await fetch(request.url, {
        method: request.method,
        headers: { ...request.headers },
        ...(request.body === undefined ? {} : { body: request.body }),
        agent,
        signal,
        redirect: "manual",
      });
      const limit = response.ok ? MAX_SUCCESS_BYTES : MAX_FAILURE_BYTES;
      return {
        status: response.status,
        contentType: response.headers.get("content-type") ?? "",
        retryAfter: response.headers.get("retry-after") ?? undefined,
        date: response.headers.get("date") ?? undefined,
        link: response.headers.get("link") ?? undefined,
        ...(await readBody(response.body, limit)),
      };
    } catch (error) {
      throw transportError(error, request);
    }
  };
  const discardConnections = (): void => {
    for (const agent of agents.values()) {
      // An agent that could not be made has failed its request already.
      agent.then(retire, () => undefined);
    }
    agents.clear();
  };
  return Object.assign(send, { discardConnections });
}

/** Ends what is idle now, and what is in use when its answer is there. */
function retire(agent: HttpAgent): void {
  agent.maxFreeSockets = 0;
  for (const socket of Object.values(agent.freeSockets).flat()) {
    socket?.destroy();
  }
}

async function createAgent(url: string, { keepAlive }: { readonly keepAlive: boolean }): Promise<HttpAgent> {
  const options = { keepAlive, noDelay: true };
  const secure = new URL(url).protocol === "https:";
  const proxy = await proxyFor(url);
  if (proxy !== "") {
    const { HttpsProxyAgent } = await load(import("https-proxy-agent"));
    return new HttpsProxyAgent(proxy, options);
  }
  return secure ? new HttpsAgent(options) : new HttpAgent(options);
}

/** Asks the library only when there is a proxy variable at all: most machines have none. */
async function proxyFor(url: string): Promise<string> {
  const hasProxy = Object.keys(process.env).some((name) => /^(https?|all)_proxy$/i.test(name));
  if (!hasProxy) {
    return "";
  }
  const { getProxyForUrl } = await load(import("proxy-from-env"));
  return getProxyForUrl(url);
}

/** Reads at most `limit` bytes: neither an endless answer nor a huge one may fill the memory. */
async function readBody(
  stream: AsyncIterable<string | Buffer> | null,
  limit: number,
): Promise<Pick<HttpAnswer, "body" | "tooLarge">> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream ?? []) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    chunks.push(bytes);
    if (size > limit) {
      // Leaving the loop destroys the stream, and with it the connection.
      return { body: Buffer.concat(chunks).subarray(0, limit).toString(), tooLarge: true };
    }
  }
  return { body: Buffer.concat(chunks).toString(), tooLarge: false };
}

function transportError(error: unknown, request: HttpRequest): TransportError {
  const target = `${request.method} ${request.url}`;
  const { code, syscall, name, message } = describe(error);
  if (name === "AbortError" || name === "TimeoutError") {
    const seconds = Math.round(request.timeoutMs / 100) / 10;
    return new TransportError(
      `${target} was not answered within ${seconds} s`,
      { sent: "maybe" },
      { cause: error },
    );
  }
  if (CERTIFICATE.test(code)) {
    const reason = `${target} failed: the server's TLS certificate is not trusted (${code}); see NODE_EXTRA_CA_CERTS`;
    return new TransportError(reason, { sent: "no", final: true }, { cause: error });
  }
  const sent = BEFORE_SENDING.has(syscall) ? "no" : "maybe";
  return new TransportError(`${target} failed: ${code === "" ? message : code}`, { sent }, { cause: error });
}

interface Described {
  readonly code: string;
  readonly syscall: string;
  readonly name: string;
  readonly message: string;
}

function describe(error: unknown): Described {
  const field = (name: string): string => {
    const value: unknown = typeof error === "object" && error !== null ? Reflect.get(error, name) : undefined;
    return typeof value === "string" ? value : "";
  };
  return {
    code: field("code"),
    syscall: field("erroredSysCall") || field("syscall"),
    name: field("name"),
    message: field("message") || String(error),
  };
}
