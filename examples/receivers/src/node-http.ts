import { createServer, type IncomingMessage, type Server } from "node:http";
import { type Notification, NotificationError, verifyNotification } from "pulumi-up42/receiver";

const MAX_BODY_BYTES = 1024 * 1024;

/** A receiver on Node's own HTTP server. */
export function createReceiver(secret: string, onNotification: (notification: Notification) => void): Server {
  return createServer(async (request, response) => {
    try {
      const body = await readBody(request);
      if (body === undefined) {
        response.writeHead(413, { connection: "close" }).end();
        return;
      }
      const { notification } = verifyNotification({ headers: request.headers, body }, { secret });
      onNotification(notification);
      response.writeHead(204).end();
    } catch (error) {
      // The code tells UP42's webhook test what is wrong; the message is for whoever runs the receiver.
      console.error(error);
      const [status, code] =
        error instanceof NotificationError ? [error.statusCode, error.code] : [500, "not_handled"];
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ code }));
    }
  });
}

/** The bytes as they came, since a digest of them may be signed; undefined if they are too many. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

if (require.main === module) {
  const secret = process.env.UP42_WEBHOOK_SECRET ?? "";
  createReceiver(secret, (notification) => {
    console.log(notification.event, notification.body);
  }).listen(3000, () => console.log("Receiving on http://localhost:3000"));
}
