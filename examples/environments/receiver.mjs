// A receiver to try the example with: it verifies what comes for /dev, /staging and /prod with that stack's secret.
import { execFileSync } from "node:child_process";
import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";
import { NotificationError, verifyNotification } from "pulumi-up42/receiver";

const secrets = Object.fromEntries(
  ["dev", "staging", "prod"].map((stack) => {
    const command = ["config", "get", "webhookSecret", "--stack", stack];
    return [stack, execFileSync("pulumi", command, { encoding: "utf8" }).trim()];
  }),
);

createServer(async (request, response) => {
  const environment = (request.url ?? "/").slice(1);
  try {
    const received = { headers: request.headers, body: await buffer(request) };
    const { notification } = verifyNotification(received, { secret: secrets[environment] ?? "" });
    console.log(`${environment}: ${notification.event}`);
    response.writeHead(204).end();
  } catch (error) {
    const known = error instanceof NotificationError;
    console.error(known ? error.message : error);
    response.writeHead(known ? error.statusCode : 500).end();
  }
}).listen(3000, () => console.log("Receiving on http://localhost:3000"));
