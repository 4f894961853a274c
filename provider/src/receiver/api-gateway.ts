import type { NotificationRequest } from "./verify";

/** The part of an AWS event that matters here; API Gateway (both payload formats), function URLs and ALB have it. */
export interface ApiGatewayEvent {
  /** One value for each header. */
  readonly headers?: { readonly [name: string]: string | undefined } | null | undefined;
  /** All values of each header; preferred to `headers` when there is one. */
  readonly multiValueHeaders?: { readonly [name: string]: readonly string[] | undefined } | null | undefined;
  /** The request's body, as text or in base64. */
  readonly body?: string | null | undefined;
  /** Whether `body` is in base64. Default: `false`. */
  readonly isBase64Encoded?: boolean | undefined;
}

/**
 * Makes a request to verify from an event of AWS, whose body may be in base64.
 *
 * @param event What AWS Lambda hands to the handler.
 */
export function requestFromApiGateway(event: ApiGatewayEvent): NotificationRequest {
  return {
    // `headers` has only the last line of a header that was sent in several.
    headers: event.multiValueHeaders ?? event.headers ?? {},
    body: Buffer.from(event.body ?? "", event.isBase64Encoded === true ? "base64" : "utf8"),
  };
}
