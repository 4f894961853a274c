import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { type Listening, listenLocally } from "./listen";

/** A request as the receiver got it. */
export interface ReceivedRequest {
  readonly method: string;
  /** With the query string, if any. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** How the receiver answers: with a status, never ("hang"), or by closing the connection ("reset"). */
export type Answer = number | { readonly status: number; readonly body: string } | "hang" | "reset";

/** The same answer to all requests, or one that depends on the request. */
export type Answers = Answer | ((request: ReceivedRequest) => Answer);

/** An HTTP server that records what it gets. */
export interface TestReceiver extends Listening {
  /** Everything received so far, in order. */
  readonly requests: ReceivedRequest[];
  /** Sets the answer to all requests from now on. */
  answer(answer: Answers): void;
  /** Resolves when this many requests have arrived in all. */
  received(count: number): Promise<void>;
}

/**
 * Starts a receiver on a free port of 127.0.0.1.
 *
 * @param answer how it answers until this is called again; default 200
 */
export async function startReceiver(answer: Answers = 200): Promise<TestReceiver> {
  const requests: ReceivedRequest[] = [];
  const waiting = new Set<{ count: number; resolve: () => void }>();
  let current = answer;

  const server = createServer((request, response) => {
    receive(request)
      .then((received) => {
        requests.push(received);
        for (const waiter of waiting) {
          if (requests.length >= waiter.count) {
            waiter.resolve();
          }
        }
        respond(response, typeof current === "function" ? current(received) : current);
      })
      // The client went away before its request was complete: there is nothing to record, nobody to answer.
      .catch(() => response.destroy());
  });
  return {
    ...(await listenLocally(server)),
    requests,
    answer: (next) => {
      current = next;
    },
    received: (count) =>
      requests.length >= count
        ? Promise.resolve()
        : new Promise((resolve) => {
            waiting.add({ count, resolve });
          }),
  };
}

async function receive(request: IncomingMessage): Promise<ReceivedRequest> {
  const body = await buffer(request);
  const { method = "", url = "", headers } = request;
  return { method, path: url, headers, body: body.toString("utf8") };
}

function respond(response: ServerResponse, answer: Answer): void {
  if (answer === "hang") {
    return;
  }
  if (answer === "reset") {
    response.socket?.resetAndDestroy();
    return;
  }
  const { status, body } = typeof answer === "number" ? { status: answer, body: "" } : answer;
  response.writeHead(status, { "content-type": "text/plain" }).end(body);
}
