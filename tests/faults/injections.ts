import { setTimeout as delay } from "node:timers/promises";
import * as v from "valibot";
import { notFound, withBody } from "./deviations";
import type { Exchange } from "./exchange";
import { type RawAnswer, serialize } from "./http";
import type { FaultKind } from "./kinds";
import type { Random } from "./random";

/** What an injection may use besides the exchange. */
export interface Surroundings {
  readonly random: Random;
  /** How long the provider waits for an answer, in milliseconds. */
  readonly attemptMs: number;
  /** Makes the port refuse connections for a while. */
  closePort(milliseconds: number): void;
  /** Resolves when the same request arrives again, or undefined when it has not within this time. */
  repetition(exchange: Exchange, withinMs: number): Promise<Repetition | undefined>;
}

/** A request that has arrived once more. */
export interface Repetition {
  /** Lets it go on to UP42; it waits until then. */
  release(): void;
  /** Resolves when UP42 has answered it. */
  readonly answered: Promise<void>;
}

type Injection = (exchange: Exchange, surroundings: Surroundings) => Promise<void>;

const STATUSES = [500, 502, 503, 504] as const;
const REFUSED_MS = [300, 800] as const;

/** How each kind of fault comes about. */
export const INJECTIONS: Readonly<Record<Exclude<FaultKind, "reset on accept">, Injection>> = {
  "connection refused": async (exchange, { random, closePort }) => {
    closePort(random.whole(...REFUSED_MS));
    await Promise.resolve(exchange.reset());
  },
  "reset before UP42 sees the request": async (exchange) => {
    await Promise.resolve(exchange.reset());
  },
  "answer lost after the commit": async (exchange) => {
    await exchange.forward();
    exchange.reset();
  },
  "answer cut in the middle": async (exchange, { random }) => {
    const bytes = serialize(await exchange.forward());
    await exchange.resetAfter(bytes.subarray(0, random.whole(1, bytes.length - 1)));
  },
  "truncated body": async (exchange, { random }) => {
    const answer = await exchange.forward();
    const { length } = answer.body;
    // Too long a length, and the client waits for the rest; too short a one, and the rest is in its way.
    if (length === 0 || random.chance(0.5)) {
      exchange.answer(answer, length + random.whole(1, 100));
      exchange.end();
    } else {
      exchange.answer(answer, random.whole(0, length - 1));
    }
  },
  "garbage body": async (exchange, { random }) => {
    await exchange.forward();
    const body = Buffer.from(Array.from({ length: random.whole(1, 300) }, () => random.whole(0, 255)));
    exchange.answer({ status: 200, headers: { "content-type": "application/json" }, body });
  },
  "wrong content type": async (exchange, { random }) => {
    const answer = await exchange.forward();
    const type = random.pick(["text/plain", "text/html; charset=utf-8", "application/octet-stream"]);
    exchange.answer({ ...answer, headers: { ...answer.headers, "content-type": type } });
  },
  "HTML error page": async (exchange, { random }) => {
    const committed = random.chance(0.5);
    if (committed) {
      await exchange.forward();
    }
    exchange.answer(
      page(committed ? random.pick([200, 500, 502, 503]) : random.pick([403, 404, 502, 503]), exchange),
    );
  },
  "HTTP 500": async (exchange, { random }) => await fail(500, exchange, random),
  "HTTP 502": async (exchange, { random }) => await fail(502, exchange, random),
  "HTTP 503": async (exchange, { random }) => await fail(503, exchange, random),
  "HTTP 504": async (exchange, { random }) => await fail(504, exchange, random),
  "429 without Retry-After": async (exchange) => {
    await Promise.resolve(exchange.answer(failure(429, exchange)));
  },
  "429, Retry-After in seconds": async (exchange, { random }) => {
    await Promise.resolve(
      exchange.answer(failure(429, exchange, { "retry-after": String(random.whole(0, 1)) })),
    );
  },
  "429, Retry-After as a date": async (exchange) => {
    const date = new Date(Date.now() + 1000).toUTCString();
    await Promise.resolve(exchange.answer(failure(429, exchange, { "retry-after": date })));
  },
  "slow answer past the time-out": async (exchange, { attemptMs, random }) => {
    const answer = await exchange.forward();
    await delay(attemptMs * (1.1 + random.next() * 0.4));
    exchange.answer(answer);
  },
  "answer delivered twice": async (exchange, { random }) => {
    const bytes = serialize(await exchange.forward());
    exchange.write(bytes);
    if (random.chance(0.5)) {
      await delay(random.whole(1, 10));
    }
    exchange.write(bytes);
  },
  "token refused": async (exchange) => {
    await Promise.resolve(exchange.answer(failure(401, exchange)));
  },
  "token endpoint down": async (exchange, { random }) => {
    if (random.chance(0.3)) {
      exchange.reset();
    } else {
      exchange.answer(random.chance(0.5) ? page(503, exchange) : failure(random.pick(STATUSES), exchange));
    }
    await Promise.resolve();
  },
  "commit after the time-out": commitLate,
  "error after the commit": async (exchange, { random }) => {
    await exchange.forward();
    exchange.answer(gatewayError(exchange, random));
  },
  "outage of a second": async (exchange) => {
    const answer = text(503, "Service Unavailable");
    await Promise.resolve(exchange.answer({ ...answer, headers: { ...answer.headers, "retry-after": "1" } }));
  },
  "404 of a router": async (exchange, { random }) => {
    await Promise.resolve(
      exchange.answer(
        random.chance(0.5)
          ? text(404, "404 page not found\n")
          : withBody(text(404, ""), { message: "no Route matched with those values" }),
      ),
    );
  },
  "404 of a replica that lags": async (exchange) => {
    await Promise.resolve(exchange.answer(notFound()));
  },
  "paged list": async (exchange, { random }) => {
    const answer = await exchange.forward();
    const { data } = v.parse(List, JSON.parse(answer.body.toString()));
    const page = { data: data.slice(0, Math.floor(data.length / 2)), error: null };
    const mark = random.pick([{ totalPages: 2 }, { meta: { total: data.length + 1 } }, { hasNext: true }]);
    exchange.answer(
      random.chance(0.3)
        ? withBody({ ...answer, headers: { ...answer.headers, link: '<?page=2>; rel="next"' } }, page)
        : withBody(answer, { ...page, ...mark }),
    );
  },
};

const List = v.object({ data: v.array(v.unknown()) });

/** What a gateway or a firewall answers, after UP42 has done its work. */
function gatewayError(exchange: Exchange, random: Random): RawAnswer {
  const status = random.pick([401, 403, 425, 429, 499, 502]);
  if (status === 403 || random.chance(0.3)) {
    return page(status, exchange);
  }
  const body = random.pick([{ message: "Rejected" }, { error: "Rejected" }]);
  return random.chance(0.5) ? text(status, "Rejected") : withBody(text(status, ""), body);
}

function text(status: number, body: string): RawAnswer {
  return { status, headers: { "content-type": "text/plain" }, body: Buffer.from(body) };
}

/** The request gets stuck on its way: UP42 sees it when its sender has long given up, perhaps asked again. */
async function commitLate(exchange: Exchange, surroundings: Surroundings): Promise<void> {
  const { attemptMs, random } = surroundings;
  if (random.chance(0.4)) {
    await delay(attemptMs * (1.05 + random.next() * 0.5));
    await exchange.forward();
    return;
  }
  const before = random.chance(0.5);
  const repetition = await surroundings.repetition(exchange, attemptMs * 1.7);
  if (repetition === undefined) {
    await exchange.forward();
  } else if (before) {
    await exchange.forward();
    repetition.release();
  } else {
    repetition.release();
    await repetition.answered;
    await delay(random.whole(0, Math.round(attemptMs * 0.3)));
    await exchange.forward();
  }
}

/** A server fails before or after it has done what was asked for. */
async function fail(status: number, exchange: Exchange, random: Random): Promise<void> {
  if (random.chance(0.5)) {
    await exchange.forward();
  }
  const retryAfter = status === 503 && random.chance(0.3) ? { "retry-after": "1" } : {};
  exchange.answer(failure(status, exchange, retryAfter));
}

/** A JSON failure that repeats all that was sent, as a careless server does. */
function failure(
  status: number,
  exchange: Exchange,
  headers: Readonly<Record<string, string>> = {},
): RawAnswer {
  const body = { data: null, error: { code: status, message: `Injected. You sent: ${echo(exchange)}` } };
  return {
    status,
    headers: { "content-type": "application/json", ...headers },
    body: Buffer.from(JSON.stringify(body)),
  };
}

function page(status: number, exchange: Exchange): RawAnswer {
  const body = `<!DOCTYPE html><html><head><title>Gateway: ${echo(exchange)}</title></head><body>${status}</body></html>`;
  return { status, headers: { "content-type": "text/html" }, body: Buffer.from(body) };
}

function echo({ request }: Exchange): string {
  return `${request.headers.authorization ?? ""} ${request.body.toString()}`;
}
