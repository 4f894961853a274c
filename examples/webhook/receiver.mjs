// A receiver to try the example with: accepts what was signed with the secret in UP42_WEBHOOK_SECRET.
import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";
import { verifyNotification } from "pulumi-up42/receiver";

const secret = process.env.UP42_WEBHOOK_SECRET ?? "";

createServer(async (request, response) => {
  try {
    const body = await buffer(request);
    const { notification } = verifyNotification({ headers: request.headers, body }, { secret });
    console.log(notification.event, notification.body);
    response.writeHead(204).end();
  } catch (error) {
    console.error(error.message);
    response.writeHead(error.statusCode ?? 500).end(error.code);
  }
}).listen(3000, () => console.log("Receiving on http://localhost:3000"));
