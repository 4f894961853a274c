import { once } from "node:events";
import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";
import { NotificationError, verifyNotification } from "pulumi-up42/receiver";

/**
 * A receiver as a customer would run it: it takes what UP42 has signed with its secret, and refuses the rest.
 * @typedef {object} DemoReceiver
 * @property {string} url without a path
 * @property {() => string[]} takeVerified path and event of each notification that it verified since the last call
 * @property {(secret: string) => void} deploy puts a new version in its place, which has this secret
 * @property {() => Promise<void>} close
 */

/**
 * @param {string} secret
 * @param {(line: string) => void} log
 * @returns {Promise<DemoReceiver>}
 */
export async function startReceiver(secret, log) {
  /** @type {string[]} */
  const verified = [];
  let current = secret;
  /** @type {import("node:http").RequestListener} */
  const receive = async (request, response) => {
    const { headers, url: path } = request;
    try {
      const { notification } = verifyNotification(
        { headers, body: await buffer(request) },
        { secret: current },
      );
      verified.push(`${path} ${notification.event}`);
      log(`receiver ${path}: ${notification.event}, signature verified`);
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    } catch (error) {
      // Anything else: the sender went away in the middle of its request.
      if (!(error instanceof NotificationError)) {
        return void response.destroy();
      }
      log(`receiver ${path}: refused, ${error.code} (HTTP ${error.statusCode})`);
      const answer = JSON.stringify({ code: error.code });
      response.writeHead(error.statusCode, { "content-type": "application/json" }).end(answer);
    }
  };
  const server = createServer((request, response) => void receive(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${Object(server.address()).port}`,
    takeVerified: () => verified.splice(0),
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
