import { request } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { INSPECTED } from "./certificates";
import { type Listening, listenLocally } from "./listen";

/** An answer that is not UP42's. */
export interface ForeignAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** https:// in front of an emulator, with a certificate of the authority in tests/support/certificates. */
export interface Front extends Listening {
  readonly port: number;
  /** How many requests have come. */
  count(): number;
  /** Answers requests to paths that match instead of the emulator, from now on. */
  intercept(path: RegExp, answer: ForeignAnswer | undefined): void;
}

/** Starts a front on a free port of 127.0.0.1. */
export async function startFront(target: string): Promise<Front> {
  let count = 0;
  let intercepted = /$^/;
  let foreign: ForeignAnswer | undefined;
  const server = createHttpsServer(INSPECTED, (incoming, response) => {
    count += 1;
    const { url = "", method, headers } = incoming;
    if (foreign !== undefined && intercepted.test(url)) {
      incoming.resume();
      response.writeHead(foreign.status, foreign.headers).end(foreign.body);
      return;
    }
    // The emulator answers to names of this machine.
    const onward = request(target + url, { method, headers: { ...headers, host: "localhost" } }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    incoming.pipe(onward);
  });
  const listening = await listenLocally(server);
  return {
    close: listening.close,
    url: listening.url.replace("http://", "https://"),
    port: Number(new URL(listening.url).port),
    count: () => count,
    intercept: (path, answer) => {
      intercepted = path;
      foreign = answer;
    },
  };
}
