import { randomInt } from "node:crypto";
import { once } from "node:events";
import { Agent, request as httpRequest } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { type Deviation, deviated } from "./deviations";
import { Exchange } from "./exchange";
import { type RawAnswer, type RawRequest, readRequests } from "./http";
import { INJECTIONS, type Repetition } from "./injections";
import type { FaultKind } from "./kinds";
import type { FaultPlan } from "./plan";

/** What the proxy needs to know. */
export interface ProxyOptions {
  /** Where it passes requests on to. */
  readonly target: string;
  /** How long the provider waits for an answer, in milliseconds. */
  readonly attemptMs: number;
}

/** A fault that was injected. */
export interface InjectedFault {
  readonly kind: FaultKind;
  /** Such as "POST /workspaces/…/webhooks". */
  readonly request: string;
}

/** The moments of a request: before anything else happens, and after UP42 has answered it. */
export type Stage = "arrived" | "committed";

/** Called for each request, at both moments. */
export type Observer = (request: RawRequest, stage: Stage) => void;

/** Below those that systems give to connections: a port that is closed is still free when it opens again. */
const PORTS = { first: 20_000, last: 32_000 };
const MOST_TRIES = 200;

/** What was sent to a connection that is closed by now may still be on its way to us. */
const SETTLE_MS = 30;

/** Waits for a request like an earlier one. */
type Waiter = (repetition: Repetition) => void;

/** An HTTP proxy in front of UP42 that breaks what its plan says, at the level of bytes and connections. */
export class FaultyProxy {
  readonly faults: InjectedFault[] = [];
  /** The access tokens that UP42 handed out. */
  readonly tokens = new Set<string>();
  plan: FaultPlan | undefined;
  /** How the server behind the proxy differs from the emulator. */
  deviation: Deviation | undefined;
  /** Gets a line for each request, fault and commit. */
  log: ((line: string) => void) | undefined;
  readonly #observers = new Set<Observer>();
  readonly #agent = new Agent({ keepAlive: true });
  readonly #sockets = new Set<Socket>();
  readonly #underWay = new Set<Promise<void>>();
  readonly #waiters = new Map<string, Waiter>();
  #server: Server | undefined;
  #port = 0;
  #closed = false;
  /** Why the port stays closed: what then fails is no fault of the provider. */
  #failure: unknown;

  private constructor(private readonly options: ProxyOptions) {}

  static async start(options: ProxyOptions): Promise<FaultyProxy> {
    const proxy = new FaultyProxy(options);
    for (let tries = 1; ; tries += 1) {
      proxy.#port = randomInt(PORTS.first, PORTS.last);
      try {
        await proxy.#listen();
        return proxy;
      } catch (error) {
        // The port may be in use.
        if (tries === MOST_TRIES) {
          throw error;
        }
      }
    }
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Has each request reported until the function that it returns is called. */
  observe(observer: Observer): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  /**
   * Resolves when no request is on its way any more, late ones included, and the port is open.
   * @throws the reason why it cannot be opened
   */
  async idle(): Promise<void> {
    do {
      await Promise.allSettled(this.#underWay);
      await delay(SETTLE_MS);
    } while (this.#underWay.size > 0);
    if (this.#failure !== undefined) {
      throw this.#failure;
    }
  }

  async close(): Promise<void> {
    await this.idle();
    this.#closed = true;
    this.#server?.close();
    for (const socket of this.#sockets) {
      socket.destroy();
    }
    this.#agent.destroy();
  }

  async #listen(): Promise<void> {
    const server = createServer((socket) => this.#accept(socket));
    server.listen(this.#port, "127.0.0.1");
    await once(server, "listening");
    this.#server = server;
  }

  /** Refuses connections, and opens the same port again later. */
  async #closePort(milliseconds: number): Promise<void> {
    if (this.#server === undefined) {
      return;
    }
    this.#server.close();
    this.#server = undefined;
    await delay(milliseconds);
    for (let tries = 1; !this.#closed && this.#server === undefined; tries += 1) {
      try {
        await this.#listen();
      } catch (error) {
        // Another process may have taken the port meanwhile.
        if (tries === MOST_TRIES) {
          this.#failure = error;
          return;
        }
        await delay(25);
      }
    }
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.once("close", () => this.#sockets.delete(socket));
    // A client that resets its connection is nothing to report: its requests are what counts.
    socket.on("error", () => socket.destroy());
    if (this.plan?.resetsOnAccept() === true) {
      this.faults.push({ kind: "reset on accept", request: "a new connection" });
      socket.resetAndDestroy();
      return;
    }
    readRequests(socket, (request) => {
      const exchange = new Exchange(request, socket, (sent) => this.#forward(sent));
      this.#track(this.#handle(exchange));
    });
  }

  #track(work: Promise<void>): void {
    this.#underWay.add(work);
    work.finally(() => this.#underWay.delete(work)).catch(() => undefined);
  }

  async #handle(exchange: Exchange): Promise<void> {
    const { request } = exchange;
    this.#report(request, "arrived");
    this.log?.(`${request.method} ${request.path} ${nameIn(request)}`);
    await this.#meetWaiter(exchange);
    const { plan } = this;
    const kind = plan?.faultFor(request);
    if (plan === undefined || kind === undefined) {
      exchange.answer(await exchange.forward());
      return;
    }
    this.faults.push({ kind, request: `${request.method} ${request.path}` });
    this.log?.(`${request.method} ${request.path} meets: ${kind}`);
    await INJECTIONS[kind](exchange, {
      random: plan.random,
      attemptMs: this.options.attemptMs,
      closePort: (milliseconds) => this.#track(this.#closePort(milliseconds)),
      repetition: (first, withinMs) => this.#repetition(first, withinMs),
    });
  }

  #report(request: RawRequest, stage: Stage): void {
    for (const observer of this.#observers) {
      observer(request, stage);
    }
  }

  #repetition({ request }: Exchange, withinMs: number): Promise<Repetition | undefined> {
    const key = keyOf(request);
    return new Promise((resolve) => {
      const waiter: Waiter = (repetition) => {
        clearTimeout(timer);
        resolve(repetition);
      };
      const timer = setTimeout(() => {
        if (this.#waiters.get(key) === waiter) {
          this.#waiters.delete(key);
        }
        resolve(undefined);
      }, withinMs);
      this.#waiters.set(key, waiter);
    });
  }

  /** When a late request waits for this repetition of it, that one says when this one may go on. */
  async #meetWaiter(exchange: Exchange): Promise<void> {
    const key = keyOf(exchange.request);
    const waiter = this.#waiters.get(key);
    if (waiter === undefined) {
      return;
    }
    this.#waiters.delete(key);
    await new Promise<void>((release) => {
      const answered = new Promise<void>((resolve) => exchange.onceForwarded(resolve));
      waiter({ release, answered: Promise.race([answered, delay(this.options.attemptMs)]) });
    });
  }

  async #forward(request: RawRequest): Promise<RawAnswer> {
    const answer = await this.#send(request);
    const token = request.path.endsWith("/token")
      ? /"access_token":"([^"]+)"/.exec(answer.body.toString())?.[1]
      : undefined;
    if (token !== undefined) {
      this.tokens.add(token);
    }
    this.#report(request, "committed");
    this.log?.(`${request.method} ${request.path} answered by UP42: ${answer.status} ${idIn(answer)}`);
    return this.deviation === undefined ? answer : deviated(this.deviation, request, answer);
  }

  async #send({ method, path, headers, body }: RawRequest): Promise<RawAnswer> {
    const { host: _host, connection: _connection, ...rest } = headers;
    const outgoing = httpRequest(new URL(path, this.options.target), {
      method,
      headers: rest,
      agent: this.#agent,
    });
    return await new Promise((resolve, reject) => {
      outgoing.once("error", reject);
      outgoing.once("response", (incoming) => {
        const type = incoming.headers["content-type"];
        const status = incoming.statusCode ?? 0;
        const kept = type === undefined ? {} : { "content-type": type };
        buffer(incoming).then((received) => resolve({ status, headers: kept, body: received }), reject);
      });
      outgoing.end(body);
    });
  }
}

function keyOf({ method, path, body }: RawRequest): string {
  return `${method} ${path} ${body.toString()}`;
}

function nameIn({ body }: RawRequest): string {
  return /"name":"([^"]*)"/.exec(body.toString())?.[1] ?? "";
}

function idIn({ body }: RawAnswer): string {
  return [...body.toString().matchAll(/"id":"([^"]*)"/g)].map(([, id]) => id).join(" ");
}
