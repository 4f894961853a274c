import { once } from "node:events";
import type { Server } from "node:http";

/** A server that listens on this machine. */
export interface Listening {
  /** Such as "http://127.0.0.1:40123", without a path. */
  readonly url: string;
  /** Stops it and ends its open connections. */
  close(): Promise<void>;
}

/** Lets a server listen on a free port of 127.0.0.1. */
export async function listenLocally(server: Server): Promise<Listening> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") {
    throw new Error("The server does not listen on a port.");
  }
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
