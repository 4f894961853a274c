import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { buffer } from "node:stream/consumers";
import { Up42Error } from "../../../up42/errors";

/** A request that arrived. */
export interface Received {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Takes every request with 204 and keeps it. */
export interface Receiver {
  /** On this machine. */
  readonly url: string;
  /** What arrived since it was last asked. */
  take(): readonly Received[];
  close(): Promise<void>;
}

/** Listens on this machine only; what is to come from elsewhere comes through a tunnel. */
export async function startReceiver(port: number): Promise<Receiver> {
  let received: Received[] = [];
  const server = createServer((request, response) => {
    buffer(request).then(
      (body) => {
        received.push({ method: request.method ?? "", headers: request.headers, body });
        response.writeHead(204).end();
      },
      // The sender went away in the middle of its request.
      () => response.destroy(),
    );
  });
  try {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? String(error.code) : "unknown reason";
    throw new Up42Error(`Failed to listen on port ${port}: ${reason}. Choose another port with --port.`, {
      cause: error,
      isComplete: true,
    });
  }
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : port}`,
    take: () => {
      const taken = received;
      received = [];
      return taken;
    },
    close: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
