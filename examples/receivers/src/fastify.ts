import createFastify, { type FastifyError, type FastifyInstance } from "fastify";
import { type Notification, NotificationError, verifyNodeRequest } from "pulumi-up42/receiver";

/** A receiver on Fastify. */
export function createReceiver(
  secret: string,
  onNotification: (notification: Notification) => void | Promise<void>,
): FastifyInstance {
  const app = createFastify({ logger: { level: "warn" } });

  // Fastify would parse JSON, and what was signed are the bytes. In a plugin of its own, this leaves other routes alone.
  app.register((webhooks, _options, done) => {
    webhooks.removeAllContentTypeParsers();
    webhooks.addContentTypeParser<Buffer>("*", { parseAs: "buffer" }, (_request, body, done) =>
      done(null, body),
    );

    webhooks.post("/", async (request, reply) => {
      const { notification } = await verifyNodeRequest(request, { secret });
      await onNotification(notification);
      return reply.code(204).send();
    });

    // The code lets UP42's webhook test show what is wrong; the message is for the people who run the receiver.
    webhooks.setErrorHandler<FastifyError>((error, request, reply) => {
      if (error instanceof NotificationError) {
        request.log.warn(error.message);
      } else {
        request.log.error(error);
      }
      const code = error instanceof NotificationError ? error.code : "not_handled";
      return reply.code(error.statusCode ?? 500).send({ code });
    });
    done();
  });
  return app;
}

if (require.main === module) {
  const app = createReceiver(process.env.UP42_WEBHOOK_SECRET ?? "", (notification) => {
    console.log(notification.event, notification.body);
  });
  app.listen({ port: 3000 }).then((url) => console.log(`Receiving on ${url}`));
}
