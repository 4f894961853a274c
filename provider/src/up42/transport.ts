import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { issuerOf } from "./certificate";
import { load } from "./load";
import { type Attempt, attempts, ForwardAgent, ProxyRefusal, TunnelAgent } from "./proxy/agents";
import { type HttpProxy, proxyFor, spellProxy } from "./proxy/proxy";
import { isUntrusted, neverLeft, transportError } from "./transport-failure";

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
  /** The host that a redirect leads to. */
  readonly redirectsTo?: string | undefined;
  /** The proxy that it came through, for messages. */
  readonly proxy?: string | undefined;
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

type Fetch = typeof import("node-fetch", { with: { "resolution-mode": "import" }}).default;

/** How requests to one host get there. */
interface Route {
  readonly agent: HttpAgent;
  readonly proxy: HttpProxy | undefined;
}

/**
 * HTTP over node-fetch with kept-alive connections, as many as the engine has operations in flight.
 * Honours HTTPS_PROXY, HTTP_PROXY and NO_PROXY. Does not follow redirects: an API that redirects is not UP42's.
 */
export function createTransport(): Transport {
  const routes = new Map<string, Route>();
  const routeFor = (url: URL, keepAlive: boolean): Route => {
    const key = `${url.origin} ${keepAlive}`;
    const route = routes.get(key) ?? createRoute(url, { keepAlive });
    routes.set(key, route);
    return route;
  };
  const send = async (request: HttpRequest): Promise<HttpAnswer> => {
    const url = new URL(request.url);
    const route = routeFor(url, request.ownConnection !== true);
    // First: node-fetch destroys the body of a request whose time is over already, which ends the process.
    const { default: fetch } = await load(import("node-fetch"));
    const signal = AbortSignal.timeout(Math.max(1, Math.ceil(request.timeoutMs)));
    const attempt: Attempt = { signal, waitsForTunnel: false };
    const answer = async () => await exchange(fetch, request, route, signal);
    try {
      // Only a tunnel asks for the attempt. Once one has run, Node.js 20 follows every promise of the process.
      return await (route.agent instanceof TunnelAgent ? attempts.run(attempt, answer) : answer());
    } catch (caught) {
      const { proxy } = route;
      const { failure: error = caught } = attempt;
      const endedAtProxy =
        attempt.failure !== undefined ||
        attempt.waitsForTunnel ||
        (url.protocol === "http:" && neverLeft(error));
      const issuer = isUntrusted(error) ? await issuerOf(url, proxy, endedAtProxy, signal) : undefined;
      throw transportError({ request, proxy, endedAtProxy, error }, issuer);
    }
  };
  const discardConnections = (): void => {
    for (const { agent } of routes.values()) {
      retire(agent);
    }
    routes.clear();
  };
  return Object.assign(send, { discardConnections });
}

async function exchange(
  fetch: Fetch,
  request: HttpRequest,
  { agent, proxy }: Route,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const response = await fetch(request.url, {
    method: request.method,
    headers: { ...request.headers },
    ...(request.body === undefined ? {} : { body: request.body }),
    agent,
    signal,
    redirect: "manual",
  });
  if (response.status === 407 && proxy !== undefined) {
    throw new ProxyRefusal(response.status, response.statusText);
  }
  const header = (name: string): string | undefined => response.headers.get(name) ?? undefined;
  const limit = response.ok ? MAX_SUCCESS_BYTES : MAX_FAILURE_BYTES;
  return {
    status: response.status,
    contentType: header("content-type") ?? "",
    retryAfter: header("retry-after"),
    date: header("date"),
    link: header("link"),
    redirectsTo: hostOf(header("location"), request.url),
    proxy: proxy === undefined ? undefined : spellProxy(proxy),
    ...(await readBody(response.body, limit)),
  };
}

/** Without the rest of the address, which may hold a token. */
function hostOf(location: string | undefined, base: string): string | undefined {
  return location !== undefined && URL.canParse(location, base) ? new URL(location, base).host : undefined;
}

/** Ends what is idle now, and what is in use when its answer is there. */
function retire(agent: HttpAgent): void {
  agent.maxFreeSockets = 0;
  for (const socket of Object.values(agent.freeSockets).flat()) {
    socket?.destroy();
  }
}

/** @throws ConfigError when a variable names a proxy that cannot be used. */
function createRoute(url: URL, { keepAlive }: { readonly keepAlive: boolean }): Route {
  const settings = { keepAlive, noDelay: true };
  const proxy = proxyFor(url);
  const isSecure = url.protocol === "https:";
  if (proxy !== undefined) {
    return { proxy, agent: isSecure ? new TunnelAgent(proxy, settings) : new ForwardAgent(proxy, settings) };
  }
  return { proxy, agent: isSecure ? new HttpsAgent(settings) : new HttpAgent(settings) };
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
