import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { types } from "node:util";
import { messageOf } from "./cause";

/** As much of a receiver's answer as is kept. */
const ANSWER_LIMIT_BYTES = 16 * 1024;

export interface PostRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a receiver answered to a POST. */
export interface PostAnswer {
  /** The HTTP status, such as 200. */
  readonly status: number;
  /** The text beside it, such as `OK`. */
  readonly statusText: string;
  /** Names in lower case; several values of one name are joined with a comma. */
  readonly headers: Readonly<Record<string, string>>;
  /** The beginning of the body. */
  readonly body: string;
}

/**
 * POSTs once: no redirect is followed, no connection kept.
 * @param signal Gives up, with its reason as the error.
 * @throws Error when no complete answer came.
 */
export function post({ url, headers, body }: PostRequest, signal: AbortSignal): Promise<PostAnswer> {
  const send = url.protocol === "https:" ? requestHttps : requestHttp;
  return new Promise<PostAnswer>((resolve, reject) => {
    const fail = (error: Error) => reject(signal.aborted ? signal.reason : error);
    const outgoing = send(url, { method: "POST", headers, agent: false, signal }, (incoming) => {
      const { statusCode: status = 0, statusMessage: statusText = "" } = incoming;
      const headers = Object.fromEntries(
        Object.entries(incoming.headers).map(([name, value]) => [name, [value].flat().join(", ")]),
      );
      readBeginning(incoming).then((answer) => resolve({ status, statusText, headers, body: answer }), fail);
    });
    outgoing.on("error", fail);
    outgoing.end(body);
  });
}

async function readBeginning(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    const bytes = Buffer.from(chunk);
    chunks.push(bytes);
    size += bytes.length;
    if (size >= ANSWER_LIMIT_BYTES) {
      break;
    }
  }
  return Buffer.concat(chunks).subarray(0, ANSWER_LIMIT_BYTES).toString("utf8");
}

/** What went wrong with a POST, in words. */
export function describeFailure(error: unknown): string {
  const message = messageOf(error);
  // A host name with several addresses fails with one error for each, and no message of its own.
  if (message === "" && types.isNativeError(error) && "errors" in error && Array.isArray(error.errors)) {
    return [...new Set(error.errors.map(messageOf))].join(", ");
  }
  if (message === "aborted" || message === "socket hang up") {
    return "the receiver closed the connection before it had answered";
  }
  return message;
}
