import { type Notification, NotificationError, verifyWebRequest } from "pulumi-up42/receiver";

/**
 * A receiver for everything that calls a function with a web-standard request: Cloudflare Workers, Deno, Bun, Next.js,
 * SvelteKit, and Hono, whose handlers pass `context.req.raw`.
 */
export function createReceiver(
  secret: string,
  onNotification: (notification: Notification) => void | Promise<void>,
): (request: Request) => Promise<Response> {
  return async (request) => {
    try {
      // Reads the bytes as they came, up to 1 MiB.
      const { notification } = await verifyWebRequest(request, { secret });
      await onNotification(notification);
      return new Response(null, { status: 204 });
    } catch (error) {
      // The code lets UP42's webhook test show what is wrong; the message is for the people who run the receiver.
      console.error(error instanceof NotificationError ? error.message : error);
      const [status, code] =
        error instanceof NotificationError ? [error.statusCode, error.code] : [500, "not_handled"];
      return Response.json({ code }, { status });
    }
  };
}

/** The entry point of Cloudflare Workers: `wrangler secret put UP42_WEBHOOK_SECRET`, then `wrangler deploy src/web.ts`. */
export default {
  fetch: (request: Request, env: { UP42_WEBHOOK_SECRET?: string }) =>
    createReceiver(env.UP42_WEBHOOK_SECRET ?? "", (notification) => {
      console.log(notification.event, notification.body);
    })(request),
};
