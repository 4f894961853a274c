import { once } from "node:events";
import { createServer } from "node:http";
import { NotificationError, verifyNotification } from "pulumi-up42/receiver";

/**
 * A receiver of UP42's notifications, on a free port of this machine.
 *
 * @typedef {object} Receiver
 * @property {string} url
 * @property {string[]} verified the events whose signature was verified
 * @property {string[]} refused why notifications were refused
 * @property {boolean} isBroken whether it answers everything with an error, as a receiver with a bug would
 * @property {() => Promise<void>} close
 */

/**
 * @param {string} secret what UP42 signs notifications with
 * @returns {Promise<Receiver>}
 */
export async function startReceiver(secret) {
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray());
    if (receiver.isBroken) {
      response.writeHead(500).end();
      return;
    }
    try {
      const { notification } = verifyNotification(
        { headers: request.headers, body },
        { secret, requireDigest: true },
      );
      receiver.verified.push(notification.event);
      response.writeHead(204).end();
    } catch (error) {
      receiver.refused.push(error instanceof NotificationError ? error.code : String(error));
      response.writeHead(400).end();
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  /** @type {Receiver} */
  const receiver = {
    url: `http://127.0.0.1:${port}/up42`,
    verified: [],
    refused: [],
    isBroken: false,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return receiver;
}
