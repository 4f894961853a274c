import type { IncomingHttpHeaders, IncomingMessage } from "node:http";

/** A request that the emulator got. */
export interface RecordedRequest {
  /** Unlike that of any other request. */
  readonly id: string;
  /** Such as `GET`. */
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** What follows the question mark, if there is one. */
  readonly query?: string;
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders;
  /** Parsed when it was JSON; otherwise the text, or undefined when there was none. */
  body: unknown;
  /** The answer's status; 0 while there is no answer yet. */
  status: number;
  /** When it came, in ISO 8601. */
  readonly at: string;
  /** Until the answer was sent, in milliseconds; 0 while there is no answer yet. */
  durationMs: number;
  /** What the answer says is wrong with the request. */
  error?: string;
}

/** Whether a path is the emulator's own, not UP42's. */
export function isInternal(path: string): boolean {
  return path === "/" || path === "/_emulator" || path.startsWith("/_emulator/");
}

/** Splits a request's target. */
export function splitTarget(target: string): { path: string; query?: string } {
  const mark = target.indexOf("?");
  return mark < 0 ? { path: target } : { path: target.slice(0, mark), query: target.slice(mark + 1) };
}

/** Roughly what a request's head takes up in memory. */
export function sizeOfHead({ url = "", rawHeaders }: IncomingMessage): number {
  return 512 + 2 * url.length + rawHeaders.reduce((sum, text) => sum + text.length, 0);
}
