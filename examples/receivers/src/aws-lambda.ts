import {
  type ApiGatewayEvent,
  handleOnce,
  type Notification,
  NotificationError,
  type ReplayStore,
  requestFromApiGateway,
  verifyNotification,
} from "pulumi-up42/receiver";

/** What API Gateway, a function URL or a load balancer takes as an answer. */
interface ApiGatewayResult {
  readonly statusCode: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/**
 * A receiver for AWS Lambda, behind API Gateway (either payload format), a function URL or a load balancer.
 *
 * @param store remembers how far notifications are; shared by all instances, such as the one for DynamoDB in replay-stores.ts.
 */
export function createHandler(
  secret: string,
  store: ReplayStore,
  onNotification: (notification: Notification) => void | Promise<void>,
): (event: ApiGatewayEvent) => Promise<ApiGatewayResult> {
  return async (event) => {
    try {
      // Decodes the body, which AWS passes in base64 if it takes it for binary.
      const verified = verifyNotification(requestFromApiGateway(event), { secret });
      // Throws, with status 503, while another instance handles the same notification: UP42 then sends it again.
      await handleOnce(verified, store, onNotification);
      return { statusCode: 204 };
    } catch (error) {
      // The code lets UP42's webhook test show what is wrong; the message is for the people who run the receiver.
      const known = error instanceof NotificationError;
      console.error(known ? error.message : error);
      return {
        statusCode: known ? error.statusCode : 500,
        headers: { "content-type": "application/json", ...(known ? error.headers : {}) },
        body: JSON.stringify({ code: known ? error.code : "not_handled" }),
      };
    }
  };
}
