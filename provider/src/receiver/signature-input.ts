import { NotificationError } from "./notification-error";

/** The name under which UP42 puts its signature into `Signature-Input` and `Signature`. */
export const SIGNATURE_LABEL = "up42-sig";

const MAX_COMPONENTS = 64;
/** What HTTP allows in the name of a header. */
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** What `Signature-Input` says of UP42's signature. */
export interface SignatureInput {
  /** Names of the signed headers, in lower case, in the order they are signed. */
  readonly components: readonly string[];
  /** Unix seconds. */
  readonly created: number;
  readonly keyId: string | undefined;
}

/**
 * Reads the member `up42-sig` of a `Signature-Input` header. Of two members with this name the last one counts.
 *
 * UP42's format resembles a structured field (RFC 9651), and its validator takes more than one: names without quotes,
 * parameters in any form, separators at the end. So the text is taken apart at its separators, and only what is used
 * is looked at: the list of headers, and `created`.
 */
export function parseSignatureInput(header: string): SignatureInput {
  const [list, ...parameters] = split(memberOf(header), ";");
  const values = new Map(parameters.map(pairOf).map(([name, value]) => [name.toLowerCase(), value]));
  return {
    components: parseList(list ?? ""),
    created: parseCreated(values.get("created")),
    keyId: unquoted(values.get("keyid")),
  };
}

/** The value of the last member that is UP42's. */
function memberOf(header: string): string {
  const members = split(header, ",").filter((member) => member !== "");
  const found = members.map(pairOf).findLast(([label]) => label === SIGNATURE_LABEL);
  if (found !== undefined) {
    return found[1] ?? "";
  }
  if (members.some((member) => !/^[\w.*-]+\s*=/.test(member))) {
    throw malformed("is not a list of signatures");
  }
  throw labelNotFound("Signature-Input");
}

/** Cuts a text at a separator that is neither in quotes nor in parentheses. Spaces around the parts are dropped. */
function split(text: string, separator: string): readonly string[] {
  const parts: string[] = [];
  let start = 0;
  let isQuoted = false;
  let isListed = false;
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index];
    if (isQuoted && char === "\\") {
      index += 1;
    } else if (char === '"') {
      isQuoted = !isQuoted;
    } else if (!isQuoted && (char === "(" || char === ")")) {
      isListed = char === "(";
    } else if (!isQuoted && !isListed && char === separator) {
      parts.push(text.slice(start, index).trim());
      start = index + 1;
    }
  }
  return [...parts, text.slice(start).trim()];
}

/** The name and the text of its value; undefined for a name by itself. */
function pairOf(text: string): readonly [string, string | undefined] {
  const separator = text.indexOf("=");
  if (separator < 0) {
    return [text, undefined];
  }
  return [text.slice(0, separator).trim(), text.slice(separator + 1).trim()];
}

function parseList(text: string): readonly string[] {
  if (!text.startsWith("(") || !text.endsWith(")")) {
    throw malformed("does not list the signed headers in parentheses");
  }
  const names = text
    .slice(1, -1)
    .split(/[ \t]+/)
    .filter((item) => item !== "")
    .map(parseName);
  if (names.length === 0) {
    throw nothingSigned("lists no header");
  }
  if (names.length > MAX_COMPONENTS) {
    throw new NotificationError(
      "headers_too_large",
      `Signature-Input lists more than ${MAX_COMPONENTS} headers, far more than UP42 signs: don't act on this request.`,
    );
  }
  return names;
}

function parseName(item: string): string {
  const name = unquoted(item) ?? "";
  if (HEADER_NAME.test(name)) {
    return name.toLowerCase();
  }
  throw new NotificationError(
    "unsupported_component",
    "The signature covers something other than whole headers (such as @method, or part of a header), which UP42 is" +
      " not known to do: don't act on this request, and look for a newer version of pulumi-up42.",
  );
}

function parseCreated(text: string | undefined): number {
  const created = text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
  if (created !== undefined) {
    return created;
  }
  throw new NotificationError(
    "missing_created",
    `The signature has no "created" in Unix seconds, so its age can't be checked: don't act on this request.`,
  );
}

function unquoted(text: string | undefined): string | undefined {
  const isQuoted = text !== undefined && text.length >= 2 && text.startsWith('"') && text.endsWith('"');
  return isQuoted ? text.slice(1, -1).replace(/\\(.)/g, "$1") : text;
}

/** The error for a header without a member of UP42's name. */
export function labelNotFound(header: string): NotificationError {
  return new NotificationError(
    "label_not_found",
    `The ${header} header has no member named ${SIGNATURE_LABEL}: UP42 did not sign the request.`,
  );
}

function malformed(problem: string): NotificationError {
  return new NotificationError(
    "malformed_signature_input",
    `The Signature-Input header ${problem}: don't act on this request, and check that nothing on the way to the` +
      " receiver changes headers.",
  );
}

/** The error for a signature that covers no text. */
export function nothingSigned(problem: string): NotificationError {
  return new NotificationError(
    "nothing_signed",
    `Signature-Input ${problem}, so the signature says nothing about this request: don't act on it.`,
  );
}
