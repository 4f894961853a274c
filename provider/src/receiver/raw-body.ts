import { utf8 } from "./encoding";
import { NotificationError } from "./notification-error";

/**
 * The bytes of a body as it was received.
 *
 * @throws NotificationError `body_not_raw` for everything that is neither text nor bytes, without looking into it.
 */
export function rawBody(body: unknown): Uint8Array {
  if (typeof body === "string") {
    return utf8(body);
  }
  // Not instanceof, which fails for bytes from another realm, such as a test runner's.
  if (ArrayBuffer.isView(body)) {
    return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  }
  if (isArrayBuffer(body)) {
    return new Uint8Array(body);
  }
  throw bodyNotRaw(body === null || body === undefined ? "missing" : "parsed already");
}

function isArrayBuffer(value: unknown): value is ArrayBuffer {
  if (typeof value !== "object" || value === null) {
    return false;
  }
  try {
    // Throws for anything that only looks like one.
    ArrayBuffer.prototype.slice.call(value, 0, 0);
    return true;
  } catch {
    return false;
  }
}

/** The error for a body that is no longer what was received. */
export function bodyNotRaw(problem: string): NotificationError {
  return new NotificationError(
    "body_not_raw",
    `The body is ${problem}, and what was signed are its bytes: pass it as a string or bytes, and keep body parsers off` +
      ' this route. Express: express.raw(); Fastify: addContentTypeParser with parseAs "buffer"; NestJS: rawBody: true;' +
      " Next.js pages: bodyParser: false; Koa: no koa-bodyparser before it; API Gateway: proxy integration.",
  );
}
