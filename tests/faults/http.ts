import type { Socket } from "node:net";

/** A request as it came over the connection. */
export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** An answer before it is written to a connection. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const END_OF_HEAD = "\r\n\r\n";

/**
 * Reads HTTP/1.1 requests off a connection, bodies with a `Content-Length` only. Node's own server would not let us
 * break the protocol, which is what a faulty network does.
 */
export function readRequests(socket: Socket, onRequest: (request: RawRequest) => void): void {
  let pending = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    for (;;) {
      const endOfHead = pending.indexOf(END_OF_HEAD);
      if (endOfHead < 0) {
        return;
      }
      const [start = "", ...lines] = pending.subarray(0, endOfHead).toString("latin1").split("\r\n");
      const headers = Object.fromEntries(lines.map(parseHeader));
      const bodyAt = endOfHead + END_OF_HEAD.length;
      const end = bodyAt + Number(headers["content-length"] ?? 0);
      if (pending.length < end) {
        return;
      }
      const [method = "", path = ""] = start.split(" ");
      const body = Buffer.from(pending.subarray(bodyAt, end));
      pending = pending.subarray(end);
      onRequest({ method, path, headers, body });
    }
  });
}

/** An answer as the bytes of a connection; `contentLength` to lie about it. */
export function serialize(
  { status, headers, body }: RawAnswer,
  contentLength: number | undefined = body.length,
): Buffer {
  const hasBody = status !== 204 && status !== 304;
  const length = hasBody && contentLength !== undefined ? { "content-length": String(contentLength) } : {};
  const lines = Object.entries({ ...headers, ...length }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([
    Buffer.from(`HTTP/1.1 ${status} -\r\n${lines.join("")}\r\n`),
    hasBody ? body : Buffer.alloc(0),
  ]);
}

function parseHeader(line: string): [string, string] {
  const colon = line.indexOf(":");
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}
