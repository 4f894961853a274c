import { utf8 } from "./encoding";
import { collect, type VerifyRequestOptions } from "./limits";
import { bodyNotRaw, rawBody } from "./raw-body";
import { type NotificationRequest, type VerifiedNotification, verifyNotificationAsync } from "./verify";

/** The part of a request of `node:http`, `node:http2`, Express, Fastify and their relatives that matters here. */
export interface NodeRequest {
  /** The headers. */
  readonly headers: NotificationRequest["headers"];
  /** The bytes that a framework has kept beside the parsed body: NestJS, Google Cloud Functions. */
  readonly rawBody?: unknown;
  /** What a body parser has made; text or bytes, so that they can be verified. */
  readonly body?: unknown;
  /** Whether the stream has been read from. */
  readonly readableDidRead?: boolean | undefined;
  /** Reads the stream, and leaves it open so that the request can be answered. */
  iterator?(options: { destroyOnReturn?: boolean }): AsyncIterable<unknown>;
}

/**
 * Reads and verifies a request of Node: `IncomingMessage`, Express, Fastify, Koa (`ctx.req`), NestJS, Google Cloud
 * Functions. The body is read from the stream, unless a body parser has left text or bytes.
 *
 * @param request The request.
 * @param options The webhook's secret, how strict to be, and how long a body may be.
 * @returns The notification, and what its signature covers.
 * @throws NotificationError for every request that can't be verified; its `code` says why.
 */
export async function verifyNodeRequest(
  request: NodeRequest,
  options: VerifyRequestOptions,
): Promise<VerifiedNotification> {
  const body = await collect(chunksOf(request), options);
  return await verifyNotificationAsync({ headers: request.headers, body }, options);
}

async function* chunksOf(request: NodeRequest): AsyncGenerator<Uint8Array, void, void> {
  const body = request.rawBody ?? request.body;
  if (body !== undefined && body !== null) {
    yield rawBody(body);
    return;
  }
  if (request.iterator === undefined) {
    throw bodyNotRaw("missing");
  }
  if (request.readableDidRead === true) {
    throw bodyNotRaw("read already");
  }
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    yield typeof chunk === "string" ? utf8(chunk) : rawBody(chunk);
  }
}
