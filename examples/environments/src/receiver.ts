import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";
import { verifyNotification } from "pulumi-up42/receiver";
import { secretVariable } from "./definition";

/**
 * For trying it out: receives the notifications of all environments, by path, and verifies each with the secret of its
 * environment. Receivers to build upon are in examples/receivers.
 */
const server = createServer((request, response) => {
  buffer(request)
    .then((body) => {
      const environment = (request.url ?? "").slice(1);
      const secret = process.env[secretVariable(environment)] ?? "";
      const { notification } = verifyNotification({ headers: request.headers, body }, { secret });
      console.log(`${environment}: ${notification.event}`);
      response.writeHead(204).end();
    })
    .catch((error: unknown) => {
      console.error(error instanceof Error ? error.message : error);
      response.writeHead(401).end();
    });
});

const { hostname, port } = new URL(process.env.RECEIVER_URL ?? "http://127.0.0.1:3000");
server.listen(Number(port), hostname, () => console.log(`Receiving at http://${hostname}:${port}`));
