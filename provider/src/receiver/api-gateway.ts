import { fromBase64 } from "./encoding";
import type { HeaderValue } from "./headers";
import { NotificationError } from "./notification-error";
import { bodyNotRaw } from "./raw-body";
import type { NotificationRequest } from "./verify";

/** The part of an AWS event that matters here; API Gateway (both payload formats), function URLs and ALB have it. */
export interface ApiGatewayEvent {
  /** One value for each header. */
  readonly headers?: { readonly [name: string]: string | undefined } | null | undefined;
  /** All values of each header; preferred to those of `headers`. */
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
 * @returns What {@link verifyNotification} and {@link verifyNotificationAsync} take.
 * @throws NotificationError `body_not_raw` if a mapping has parsed the body, `malformed_body` if it is not base64.
 */
export function requestFromApiGateway(event: ApiGatewayEvent): NotificationRequest {
  const body: unknown = event.body ?? "";
  if (typeof body !== "string") {
    throw bodyNotRaw("parsed already");
  }
  return { headers: headersOf(event), body: event.isBase64Encoded === true ? decoded(body) : body };
}

/** All lines of each header: `headers` has only the last one, and `multiValueHeaders` may be there without any. */
function headersOf(event: ApiGatewayEvent): readonly (readonly [string, HeaderValue])[] {
  const lists = Object.entries(event.multiValueHeaders ?? {});
  const listed = new Set(lists.map(([name]) => name.toLowerCase()));
  const others = Object.entries(event.headers ?? {}).filter(([name]) => !listed.has(name.toLowerCase()));
  return [...lists, ...others];
}

function decoded(body: string): Uint8Array {
  const bytes = fromBase64(body);
  if (bytes !== undefined) {
    return bytes;
  }
  throw new NotificationError(
    "malformed_body",
    "The event says that its body is in base64, and it is not: use API Gateway's proxy integration, and pass the event" +
      " as it came.",
  );
}
