import { NotificationError } from "./notification-error";

/**
 * The headers of a request, in any of the forms they come in: `IncomingMessage.headers` of Node, a `Headers` object,
 * a plain object with names in any case, the `headers` or `multiValueHeaders` of an API Gateway event, or pairs of
 * name and value.
 */
export type HeadersInput =
  | Iterable<readonly [string, HeaderValue]>
  | { readonly [name: string]: HeaderValue };

/** One header: a string, or one string for each line it was sent in. */
export type HeaderValue = string | readonly string[] | null | undefined;

/** Gives the value of a header by its name in lower case, `undefined` when it wasn't sent. */
export type HeaderLookup = (name: string) => string | undefined;

const MAX_HEADERS = 1000;
/** Node's own limit for all the headers of a request; here for each single one that is looked at. */
const MAX_HEADER_LENGTH = 16 * 1024;

/**
 * Reads headers once, so that they can be looked up by name. A header that occurs more than once, also when its names
 * differ only in case, has all its values, joined by `, ` in the order they came, as HTTP says.
 */
export function readHeaders(input: unknown): HeaderLookup {
  const lines = new Map<string, string[]>();
  let count = 0;
  for (const entry of entriesOf(input)) {
    count += 1;
    if (count > MAX_HEADERS) throw tooLarge(`The request has more than ${MAX_HEADERS} headers.`);
    addLines(lines, entry);
  }
  return (name) => {
    const values = lines.get(name);
    return values === undefined ? undefined : combine(name, values);
  };
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

function addLines(lines: Map<string, string[]>, entry: unknown): void {
  if (!Array.isArray(entry) || entry.length !== 2 || typeof entry[0] !== "string") {
    throw invalid("The headers are neither an object nor pairs of name and value.");
  }
  const name = entry[0].toLowerCase();
  const value: unknown = entry[1];
  if (value === undefined || value === null) return;
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (values.length === 0) return;
  const known = lines.get(name) ?? [];
  for (const line of values) {
    if (typeof line !== "string") throw invalid("A header has a value that is not a string.");
    known.push(line);
  }
  lines.set(name, known);
}

function combine(name: string, values: readonly string[]): string {
  let length = 0;
  for (const value of values) length += value.length;
  if (length > MAX_HEADER_LENGTH) {
    throw tooLarge(`The header ${name.slice(0, 100)} is longer than ${MAX_HEADER_LENGTH} characters.`);
  }
  return values.map(trimSpace).join(", ");
}

/** Spaces and tabs around a value are no part of it. By hand: a pattern for the end takes quadratic time. */
function trimSpace(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && isSpace(value[start])) start += 1;
  while (end > start && isSpace(value[end - 1])) end -= 1;
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
