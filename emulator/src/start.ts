import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import { codeOf, messageOf } from "./cause";
import type { Context } from "./context";
import { Deliveries, type Delivery } from "./deliveries";
import type { StoredWebhook } from "./model";
import { type EmulatorOptions, resolveOptions, type Settings } from "./options";
import type { RecordedRequest } from "./recorder";
import { buildServer } from "./server";
import { WebhookStore } from "./store";
import { Tokens } from "./tokens";
import { type TriggerRequest, trigger } from "./trigger";

/** A running emulator. */
export interface Emulator {
  /** Where it listens, without a slash at the end: the API's address and the authentication's. */
  readonly url: string;
  /** The requests it got so far, in order; those of the emulator's own pages are left out. */
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
  /** Stops listening and gives up what is under way. */
  close(): Promise<void>;
}

/**
 * Starts an emulator of UP42's webhooks API.
 *
 * @param options Every option has a default: memory only, any free port of 127.0.0.1, the demo account.
 * @returns The emulator, listening; end it with its `close`.
 * @throws RangeError when an option can't be right; Error when the data file can't be read or written, or the port is taken.
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const settings = resolveOptions(options);
  const context: Context = {
    settings,
    store: new WebhookStore(settings.dataFile),
    tokens: new Tokens(settings.tokenLifetimeSeconds),
    deliveries: new Deliveries(settings),
  };
  const requests: RecordedRequest[] = [];
  const app = buildServer(context, requests);
  await listen(app, settings);
  return {
    url: urlOf(app.addresses()),
    requests,
    clearRequests: () => {
      requests.length = 0;
    },
    webhooks: (workspaceId) => context.store.list(workspaceId),
    revokeTokens: () => context.tokens.revokeAll(),
    trigger: async (request) => await Promise.all(trigger(context, request).map(({ done }) => done)),
    deliveries: () => context.deliveries.list(),
    close: async () => {
      context.deliveries.close();
      await app.close();
    },
  };
}

async function listen(app: FastifyInstance, { host, port }: Settings): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    const taken = codeOf(error) === "EADDRINUSE";
    const advice = taken
      ? "the port is in use (stop what uses it, or choose another port)"
      : messageOf(error);
    throw new Error(`up42-emulator: can't listen on ${host}:${port}: ${advice}.`, { cause: error });
  }
}

/** An address that a client on this machine can use. */
function urlOf([address]: (AddressInfo | string)[]): string {
  if (typeof address !== "object") throw new Error("up42-emulator: the server has no address");
  const host = { "0.0.0.0": "127.0.0.1", "::": "[::1]" }[address.address];
  const literal = address.family === "IPv6" ? `[${address.address}]` : address.address;
  return `http://${host ?? literal}:${address.port}`;
}
