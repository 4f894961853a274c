import { createServer, type Server } from "node:http";
import { type Notification, NotificationError, verifyNodeRequest } from "pulumi-up42/receiver";

/** A receiver on Node's own HTTP server. */
export function createReceiver(
  secret: string,
  onNotification: (notification: Notification) => void | Promise<void>,
): Server {
  return createServer(async (request, response) => {
    try {
      // Reads the bytes as they came, up to 1 MiB.
      const { notification } = await verifyNodeRequest(request, { secret });
      await onNotification(notification);
      response.writeHead(204).end();
    } catch (error) {
      // The code lets UP42's webhook test show what is wrong; the message is for the people who run the receiver.
      console.error(error instanceof NotificationError ? error.message : error);
      const [status, code] =
        error instanceof NotificationError ? [error.statusCode, error.code] : [500, "not_handled"];
      // What is left of a body that is too long is not read.
      const connection = request.complete ? "keep-alive" : "close";
      response
        .writeHead(status, { "content-type": "application/json", connection })
        .end(JSON.stringify({ code }));
    }
  });
}

if (require.main === module) {
  const secret = process.env.UP42_WEBHOOK_SECRET ?? "";
  createReceiver(secret, (notification) => {
    console.log(notification.event, notification.body);
  }).listen(3000, () => console.log("Receiving on http://localhost:3000"));
}
