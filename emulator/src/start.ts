import { setMaxListeners } from "node:events";
import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import { codeOf, messageOf } from "./cause";
import type { Context } from "./context";
import { Deliveries, type Delivery } from "./deliveries";
import { type Fault, Faults, type InjectedFault } from "./faults";
import { Journal } from "./journal";
import type { StoredWebhook } from "./model";
import { type EmulatorOptions, resolveOptions, type Settings } from "./options";
import type { RecordedRequest } from "./recorded-request";
import { seedWebhooks } from "./seed";
import { buildServer } from "./server";
import { WebhookStore } from "./store";
import { Tokens } from "./tokens";
import { type TriggerRequest, trigger } from "./trigger";

/** Of all remembered requests together. */
const REQUESTS_BYTES = 32 * 1024 * 1024;
/** How long an answer may take to get through once the emulator stops. */
const CLOSING_MS = 2000;

/** A running emulator. */
export interface Emulator {
  /** Where it listens, without a slash at the end: the API's address and the authentication's. */
  readonly url: string;
  /**
   * The newest requests that it got, in order; see `maxRequests`. Those to the emulator's own pages, and with a foreign
   * host or origin, are left out.
   */
  readonly requests: readonly RecordedRequest[];
  /** Forgets the requests so far. */
  clearRequests(): void;
  /**
   * The webhooks as they are, with their secrets in clear.
   *
   * @param workspaceId Of which workspace. Default: of all.
   */
  webhooks(workspaceId?: string): StoredWebhook[];
  /** Ends all tokens at once, as if they had expired. */
  revokeTokens(): void;
  /**
   * Makes an event happen: sends a live notification to the active webhooks that are subscribed to it.
   *
   * @param request Which event, and what the notification says.
   * @returns What became of it, retries included.
   */
  trigger(request: TriggerRequest): Promise<Delivery[]>;
  /** The notifications so far, newest first: live ones and tests. */
  deliveries(): Delivery[];
  /**
   * Makes requests fail, or notifications, so that a test can see what becomes of it.
   *
   * @param fault What goes wrong, with which requests, and how often. Default: the next one.
   * @returns The fault in effect.
   * @throws Error when the fault isn't valid.
   */
  inject(fault: Fault): InjectedFault;
  /** Ends all faults. */
  clearFaults(): void;
  /** Stops listening and gives up what is under way: what waits is answered at once. */
  close(): Promise<void>;
}

/**
 * Starts an emulator of UP42's webhooks API.
 *
 * @param options Every option has a default: memory only, any free port of 127.0.0.1, the demo account.
 * @returns The emulator, listening; end it with its `close`.
 * @throws RangeError when an option can't be right; Error when a webhook or a fault of the options isn't valid, the data
 * file can't be read or written, or the port is taken.
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const closing = new AbortController();
  setMaxListeners(0, closing.signal);
  const context = createContext(resolveOptions(options), closing.signal);
  const app = buildServer(context);
  await listen(app, context.settings);
  return {
    url: urlOf(app.addresses()),
    get requests() {
      return context.requests.values();
    },
    clearRequests: () => context.requests.clear(),
    webhooks: (workspaceId) => context.store.list(workspaceId),
    revokeTokens: () => context.tokens.revokeAll(),
    trigger: async (request) => await Promise.all(trigger(context, request).map(({ done }) => done)),
    deliveries: () => context.deliveries.list(),
    inject: (fault) => context.faults.inject(fault),
    clearFaults: () => context.faults.clear(),
    close: () => close(app, closing),
  };
}

function createContext(settings: Settings, closing: AbortSignal): Context {
  const store = new WebhookStore(settings.dataFile);
  seedWebhooks(settings, store);
  const faults = new Faults();
  for (const fault of settings.faults) {
    faults.inject(fault);
  }
  return {
    settings,
    store,
    tokens: new Tokens(settings.tokenLifetimeSeconds),
    faults,
    deliveries: new Deliveries(settings, faults, closing),
    requests: new Journal({ entries: settings.maxRequests, bytes: REQUESTS_BYTES }),
    closing,
  };
}

/** Lets the answers that are under way get through, but doesn't wait for clients that never end their requests. */
async function close(app: FastifyInstance, closing: AbortController): Promise<void> {
  closing.abort(new Error("the emulator was stopped"));
  const timer = setTimeout(() => app.server.closeAllConnections(), CLOSING_MS);
  try {
    await app.close();
  } finally {
    clearTimeout(timer);
  }
}

async function listen(app: FastifyInstance, { host, port }: Settings): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    const taken = codeOf(error) === "EADDRINUSE";
    const advice = taken
      ? "the port is in use (stop what uses it, or choose another port)"
      : messageOf(error);
    throw new Error(`Failed to listen on ${host}:${port}: ${advice}.`, { cause: error });
  }
}

/** An address that a client on this machine can use. */
function urlOf([address]: (AddressInfo | string)[]): string {
  if (typeof address !== "object") {
    throw new Error("up42-emulator: the server has no address");
  }
  const host = { "0.0.0.0": "127.0.0.1", "::": "[::1]" }[address.address];
  const literal = address.family === "IPv6" ? `[${address.address}]` : address.address;
  return `http://${host ?? literal}:${address.port}`;
}
