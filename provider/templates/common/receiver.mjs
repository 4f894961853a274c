// Receives UP42's notifications: takes what is signed with the secret in UP42_WEBHOOK_SECRET, and refuses the rest.
import { once } from "node:events";
import { createServer } from "node:http";
import { NotificationError, verifyNodeRequest } from "pulumi-up42/receiver";

const secret = process.env.UP42_WEBHOOK_SECRET ?? "";

const server = createServer(async (request, response) => {
  try {
    const { notification } = await verifyNodeRequest(request, { secret });
    console.log("Received:", notification.event, JSON.stringify(notification.body));
    response.writeHead(204).end();
  } catch (error) {
    console.error("Refused:", error.message);
    const known = error instanceof NotificationError;
    response.writeHead(known ? error.statusCode : 500, known ? error.headers : {});
    response.end(known ? error.code : "failed");
  }
});
server.listen(3000, "127.0.0.1");
try {
  await once(server, "listening");
} catch ({ message }) {
  console.error(
    `Failed to receive notifications: ${message}. Stop what uses the port, or choose another one.`,
  );
  process.exit(1);
}
console.log("Receiving notifications on http://127.0.0.1:3000/up42");
