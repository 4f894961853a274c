import { NotificationError } from "./notification-error";

/**
 * The headers of a request, in any of the forms they come in: `IncomingMessage.headers` of Node, a `Headers` object,
 * a plain object with names in any case, the `headers` or `multiValueHeaders` of an API Gateway event, or pairs of
 * name and value.
 */
export type HeadersInput =
  | Iterable<readonly [string, HeaderValue]>
  | HeadersObject
  | { readonly [name: string]: HeaderValue };

/** The part of a web-standard `Headers` object that TypeScript knows also without its library `DOM.Iterable`. */
export interface HeadersObject {
  /** Calls back with the value and the name of each header. */
  forEach(callback: (value: string, name: string) => void): void;
}

/** One header: a string, or one string for each line it was sent in. */
export type HeaderValue = string | readonly string[] | null | undefined;

/** Gives the value of a header by its name in lower case, `undefined` when it wasn't sent. */
export type HeaderLookup = (name: string) => string | undefined;

const MAX_HEADERS = 1000;
/** Node's own limit for all the headers of a request; here for each single one that is looked at. */
const MAX_HEADER_LENGTH = 16 * 1024;

/**
 * Reads headers once, so that they can be looked up by name. A header that occurs more than once, also when its names
 * differ only in case, has all its values, joined by `, ` in the order they came, as HTTP says. Values are looked at
 * only when they are looked up: an odd one that is not signed does no harm.
 */
export function readHeaders(input: unknown): HeaderLookup {
  const found = new Map<string, unknown[]>();
  let count = 0;
  for (const entry of entriesOf(input)) {
    count += 1;
    if (count > MAX_HEADERS) {
      throw tooLarge(`The request has more than ${MAX_HEADERS} headers.`);
    }
    if (!Array.isArray(entry) || entry.length !== 2 || typeof entry[0] !== "string") {
      throw invalid("The headers are neither an object nor pairs of name and value.");
    }
    const name = entry[0].toLowerCase();
    const known = found.get(name);
    if (known === undefined) {
      found.set(name, [entry[1]]);
    } else {
      known.push(entry[1]);
    }
  }
  const lookup = (name: string) => combine(name, found.get(name) ?? []);
  // HTTP/2 has no Host: what HTTP/1 names so is :authority there.
  return (name) => lookup(name) ?? (name === "host" ? lookup(":authority") : undefined);
}

function entriesOf(input: unknown): Iterable<unknown> {
  if (typeof input !== "object" || input === null) {
    throw invalid("No headers were given.");
  }
  return isIterable(input) ? input : Object.entries(input);
}

function isIterable(value: object): value is Iterable<unknown> {
  return Symbol.iterator in value && typeof value[Symbol.iterator] === "function";
}

function combine(name: string, values: readonly unknown[]): string | undefined {
  const lines: string[] = [];
  let length = 0;
  for (const line of values.flat()) {
    if (line === undefined || line === null) {
      continue;
    }
    if (typeof line !== "string") {
      throw invalid(`The header ${quoted(name)} has a value that is not a string.`);
    }
    length += line.length;
    if (length > MAX_HEADER_LENGTH) {
      throw tooLarge(`The header ${quoted(name)} is longer than ${MAX_HEADER_LENGTH} characters.`);
    }
    lines.push(trimSpace(line));
  }
  return lines.length === 0 ? undefined : lines.join(", ");
}

/** A header's name for a message: printable, and not long. */
export function quoted(name: string): string {
  return JSON.stringify(name.slice(0, 100));
}

/** Spaces and tabs around a value are no part of it. By hand: a pattern for the end takes quadratic time. */
function trimSpace(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && isSpace(value[start])) {
    start += 1;
  }
  while (end > start && isSpace(value[end - 1])) {
    end -= 1;
  }
  return value.slice(start, end);
}

function isSpace(char: string | undefined): boolean {
  return char === " " || char === "\t";
}

function invalid(problem: string): NotificationError {
  return new NotificationError(
    "invalid_headers",
    `${problem} Pass the request's headers as they came: request.headers, a Headers object, or event.headers.`,
  );
}

function tooLarge(problem: string): NotificationError {
  return new NotificationError(
    "headers_too_large",
    `${problem} UP42 sends far less: refuse the request, and look for what puts so much into it on the way.`,
  );
}
