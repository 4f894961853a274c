import createExpress, { type ErrorRequestHandler, type Express } from "express";
import { type Notification, NotificationError, verifyNodeRequest } from "pulumi-up42/receiver";

/** A receiver on Express. */
export function createReceiver(
  secret: string,
  onNotification: (notification: Notification) => void | Promise<void>,
): Express {
  const app = createExpress();

  // What was signed are the bytes. Put this route before any app.use(express.json()): what that has parsed is lost.
  app.post("/", async (request, response) => {
    const { notification } = await verifyNodeRequest(request, { secret });
    await onNotification(notification);
    response.status(204).end();
  });

  app.use(answerWithCode);
  return app;
}

// The code lets UP42's webhook test show what is wrong; the message is for the people who run the receiver.
const answerWithCode: ErrorRequestHandler = (error, _request, response, next) => {
  console.error(error instanceof NotificationError ? error.message : error);
  if (response.headersSent) {
    return next(error);
  }
  const code = error instanceof NotificationError ? error.code : "not_handled";
  response.status(error.statusCode ?? 500).json({ code });
};

if (require.main === module) {
  const app = createReceiver(process.env.UP42_WEBHOOK_SECRET ?? "", (notification) => {
    console.log(notification.event, notification.body);
  });
  app.listen(3000, () => console.log("Receiving on http://localhost:3000"));
}
