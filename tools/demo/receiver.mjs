import { once } from "node:events";
import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";
import { NotificationError, verifyNotification } from "pulumi-up42/receiver";

/**
 * A notification that the receiver got.
 * @typedef {object} Received
 * @property {string} path where it came
 * @property {boolean} verified whether its signature is right
 * @property {string} text the event's name; or, when it is not verified, why not
 */

/**
 * A receiver as a customer would run it: it takes what UP42 has signed with its secret, and refuses the rest.
 * @typedef {object} DemoReceiver
 * @property {string} url without a path
 * @property {() => Received[]} take what it got since it was last asked, in order
 * @property {(secret: string) => void} deploy puts a new version in its place, which has this secret
 * @property {() => Promise<void>} close
 */

/**
 * @param {string} secret
 * @param {(received: Received) => void} onReceived
 * @returns {Promise<DemoReceiver>}
 */
export async function startReceiver(secret, onReceived) {
  /** @type {Received[]} */
  let received = [];
  let current = secret;
  const server = createServer((request, response) => {
    receive(request, current).then(
      ({ status, answer, ...result }) => {
        const notification = { path: request.url ?? "/", ...result };
        received.push(notification);
        onReceived(notification);
        response.writeHead(status, { "content-type": "application/json" }).end(answer);
      },
      // The sender went away in the middle of its request.
      () => response.destroy(),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The receiver does not listen.");
  return {
    url: `http://127.0.0.1:${address.port}`,
    take: () => {
      const taken = received;
      received = [];
      return taken;
    },
    deploy: (next) => {
      current = next;
    },
    close: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/**
 * @param {import("node:http").IncomingMessage} request
 * @param {string} secret
 */
async function receive(request, secret) {
  const body = await buffer(request);
  try {
    const { notification } = verifyNotification({ headers: request.headers, body }, { secret });
    return { status: 200, answer: "{}", verified: true, text: notification.event };
  } catch (error) {
    if (!(error instanceof NotificationError)) throw error;
    const answer = JSON.stringify({ code: error.code });
    return { status: error.statusCode, answer, verified: false, text: error.code };
  }
}
