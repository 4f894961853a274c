import { AsyncLocalStorage } from "node:async_hooks";
import {
  type ClientRequest,
  type ClientRequestArgs,
  Agent as HttpAgent,
  request as httpRequest,
  STATUS_CODES,
} from "node:http";
import { Agent as HttpsAgent, type RequestOptions } from "node:https";
import { connect as connectTcp, isIP, isIPv6, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { connect as connectTls } from "node:tls";
import type { HttpProxy } from "./proxy";

declare module "http" {
  interface Agent {
    /** Node.js calls it with each request, before it writes the request's head. */
    addRequest(request: ClientRequest, options: ClientRequestArgs): void;
  }
}

/** What an attempt at a request and the tunnel that is opened for it know of each other. */
export interface Attempt {
  readonly signal: AbortSignal;
  /** Whether the proxy has been asked for a tunnel and has not opened it. */
  waitsForTunnel: boolean;
  /** Why there is no tunnel; node-fetch keeps only the text of an error. */
  failure?: unknown;
}

/** The attempt that runs: an agent is not given the request that it makes a connection for. */
export const attempts = new AsyncLocalStorage<Attempt>();

/** The proxy answered instead of passing the request on. */
export class ProxyRefusal extends Error {
  readonly status: number;

  constructor(status: number, reason: string) {
    super(reason || STATUS_CODES[status]);
    this.status = status;
  }
}

interface AgentSettings {
  readonly keepAlive: boolean;
  readonly noDelay: boolean;
}

type Connected = (error: Error | null, socket: Duplex) => void;

/** Reaches https:// addresses: the proxy opens a tunnel to the host, and does not see what passes through it. */
export class TunnelAgent extends HttpsAgent {
  readonly #proxy: HttpProxy;

  constructor(proxy: HttpProxy, settings: AgentSettings) {
    super(settings);
    this.#proxy = proxy;
  }

  override createConnection(options: RequestOptions, connected: Connected = () => undefined): undefined {
    const attempt = attempts.getStore();
    this.#connect(options, attempt).then(
      (socket) => connected(null, socket),
      (error: Error) => {
        if (attempt !== undefined) {
          attempt.failure = error;
        }
        // Its type wants a socket with an error, too.
        Reflect.apply(connected, undefined, [error]);
      },
    );
  }

  async #connect(options: RequestOptions, attempt: Attempt | undefined): Promise<Duplex> {
    if (attempt !== undefined) {
      attempt.waitsForTunnel = true;
    }
    const socket = await openTunnel(this.#proxy, authorityOf(options, 443), attempt?.signal);
    if (attempt !== undefined) {
      attempt.waitsForTunnel = false;
    }
    const throughTunnel = { ...options, socket };
    const secure = super.createConnection(throughTunnel);
    if (!secure) {
      throw new Error("Node.js made no connection");
    }
    socket.once("error", (error) => secure.destroy(error));
    return secure;
  }
}

/** Reaches http:// addresses: the proxy gets the request itself, with the whole address in it. */
export class ForwardAgent extends HttpAgent {
  readonly #proxy: HttpProxy;

  constructor(proxy: HttpProxy, settings: AgentSettings) {
    super(settings);
    this.#proxy = proxy;
  }

  override addRequest(request: ClientRequest, options: ClientRequestArgs): void {
    request.path = new URL(request.path, `http://${authorityOf(options, 80)}`).href;
    if (this.#proxy.authorization !== undefined) {
      request.setHeader("proxy-authorization", this.#proxy.authorization);
    }
    super.addRequest(request, options);
  }

  override createConnection(): Duplex {
    return connectToProxy(this.#proxy);
  }
}

/** A connection to the proxy itself; TLS, if its address says so. */
export function connectToProxy(
  { hostname: host, port, isSecure }: HttpProxy,
  { rejectUnauthorized = true }: { readonly rejectUnauthorized?: boolean } = {},
): Socket {
  const address = { host, port, noDelay: true };
  return isSecure
    ? connectTls({ ...address, servername: isIP(host) === 0 ? host : "", rejectUnauthorized })
    : connectTcp(address);
}

/** Opens a tunnel through the proxy. @throws ProxyRefusal, or the error of the connection to the proxy. */
export async function openTunnel(proxy: HttpProxy, authority: string, signal?: AbortSignal): Promise<Socket> {
  const request = httpRequest({
    method: "CONNECT",
    path: authority,
    headers: {
      host: authority,
      ...(proxy.authorization === undefined ? {} : { "proxy-authorization": proxy.authorization }),
    },
    createConnection: () => connectToProxy(proxy),
    ...(signal === undefined ? {} : { signal }),
  });
  return await new Promise((resolve, reject) => {
    request.once("connect", (answer, socket) => {
      const { statusCode = 0, statusMessage = "" } = answer;
      if (statusCode >= 200 && statusCode <= 299) {
        resolve(socket);
      } else {
        socket.destroy();
        reject(new ProxyRefusal(statusCode, statusMessage));
      }
    });
    request.on("error", reject);
    request.end();
  });
}

function authorityOf({ host, port }: ClientRequestArgs, defaultPort: number): string {
  const name = host ?? "";
  return `${isIPv6(name) ? `[${name}]` : name}:${port ?? defaultPort}`;
}
