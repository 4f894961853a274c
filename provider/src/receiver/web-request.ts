import type { HeadersObject } from "./headers";
import { collect, type VerifyRequestOptions } from "./limits";
import { bodyNotRaw } from "./raw-body";
import { type VerifiedNotification, verifyNotificationAsync } from "./verify";

/** The part of a web-standard `Request` that matters here, so that types need no library `DOM`. */
export interface WebRequest {
  /** The address that was requested; its host stands in for a missing `Host`. */
  readonly url: string;
  /** The headers. */
  readonly headers: HeadersObject;
  /** Whether the body has been read already. */
  readonly bodyUsed: boolean;
  /** The body; `null` when there is none, `undefined` in browsers that have it only as a whole. */
  readonly body?: WebBody | null | undefined;
  /** Reads the whole body. */
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** The part of a `ReadableStream` of bytes that matters here. */
export interface WebBody {
  /** Starts to read the body. */
  getReader(): WebBodyReader;
}

/** The part of a `ReadableStreamDefaultReader` that matters here. */
export interface WebBodyReader {
  /** Reads the next chunk. */
  read(): Promise<WebChunk>;
  /** Gives up. */
  cancel(): Promise<void>;
}

/** What a {@link WebBodyReader} reads. */
export interface WebChunk {
  /** Whether the body has ended. */
  readonly done: boolean;
  /** The bytes, unless it has. */
  readonly value?: Uint8Array | undefined;
}

/**
 * Reads and verifies a web-standard `Request`: Cloudflare Workers, Next.js route handlers, Hono (`c.req.raw`),
 * SvelteKit, Deno, Bun, Azure Functions.
 *
 * @param request The request, whose body nobody has read yet.
 * @param options The webhook's secret, how strict to be, and how long a body may be.
 * @returns The notification, and what its signature covers.
 * @throws NotificationError for every request that can't be verified; its `code` says why.
 */
export async function verifyWebRequest(
  request: WebRequest,
  options: VerifyRequestOptions,
): Promise<VerifiedNotification> {
  if (request.bodyUsed) {
    throw bodyNotRaw("read already (such as by request.json())");
  }
  const headers: [string, string][] = [];
  request.headers.forEach((value, name) => {
    headers.push([name, value]);
  });
  if (!headers.some(([name]) => name.toLowerCase() === "host")) {
    headers.push(["host", new URL(request.url).host]);
  }
  return await verifyNotificationAsync({ headers, body: await collect(chunksOf(request), options) }, options);
}

async function* chunksOf(request: WebRequest): AsyncGenerator<Uint8Array, void, void> {
  if (request.body === null) {
    return;
  }
  if (request.body === undefined) {
    yield new Uint8Array(await request.arrayBuffer());
    return;
  }
  const reader = request.body.getReader();
  let isDone = false;
  try {
    while (!isDone) {
      const { done, value } = await reader.read();
      isDone = done;
      if (value !== undefined) {
        yield value;
      }
    }
  } finally {
    if (!isDone) {
      await reader.cancel();
    }
  }
}
