import { createHmac, timingSafeEqual } from "node:crypto";
import {
  type BareItem,
  type Dictionary,
  type InnerList,
  type Item,
  parseDictionary,
} from "structured-headers";
import type { HeaderLookup } from "./headers";
import { NotificationError } from "./notification-error";

/** The name under which UP42 puts its signature into `Signature-Input` and `Signature`. */
export const SIGNATURE_LABEL = "up42-sig";

const MAX_COMPONENTS = 64;

/** What `Signature-Input` says of UP42's signature. */
export interface SignatureInput {
  /** Names of the signed headers, in lower case, in the order they are signed. */
  readonly components: readonly string[];
  /** Unix seconds. */
  readonly created: number;
  /** Unix seconds. */
  readonly expires: number | undefined;
  readonly keyId: string | undefined;
}

/** Reads the member `up42-sig` of a `Signature-Input` header. Of two members with this name the last one counts. */
export function parseSignatureInput(header: string): SignatureInput {
  const member = parse(header).get(SIGNATURE_LABEL);
  if (member === undefined) throw labelNotFound("Signature-Input");
  const [items, parameters] = member;
  if (!isInnerList(items)) throw malformedInput("does not list the signed headers in parentheses");
  const expires = parameters.get("expires");
  if (expires !== undefined && !isUnixTime(expires))
    throw malformedInput("has an expires that is no Unix time");
  const keyId = parameters.get("keyid");
  return {
    components: parseComponents(items),
    created: parseCreated(parameters.get("created")),
    expires,
    keyId: typeof keyId === "string" ? keyId : undefined,
  };
}

function parse(header: string): Dictionary {
  try {
    return parseDictionary(header);
  } catch (cause) {
    throw malformedInput("is not a dictionary of structured fields (RFC 9651)", cause);
  }
}

function isInnerList(value: BareItem | readonly Item[]): value is InnerList[0] {
  return Array.isArray(value);
}

function isUnixTime(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}

function parseCreated(created: unknown): number {
  if (isUnixTime(created)) return created;
  throw new NotificationError(
    "missing_created",
    `The signature has no "created" in Unix seconds, so its age can't be checked: don't act on this request.`,
  );
}

function parseComponents(items: readonly Item[]): readonly string[] {
  if (items.length === 0) throw nothingSigned("lists no header");
  if (items.length > MAX_COMPONENTS) {
    throw new NotificationError(
      "headers_too_large",
      `Signature-Input lists more than ${MAX_COMPONENTS} headers, far more than UP42 signs: don't act on this request.`,
    );
  }
  const names = new Set<string>();
  for (const [item, parameters] of items) {
    if (typeof item !== "string" || item.startsWith("@") || parameters.size > 0) {
      throw new NotificationError(
        "unsupported_component",
        "The signature covers something other than whole headers (such as @method, or part of a header), which UP42 is" +
          " not known to do: don't act on this request, and look for a newer version of pulumi-up42.",
      );
    }
    const name = item.toLowerCase();
    if (names.has(name)) {
      throw new NotificationError(
        "duplicate_component",
        "Signature-Input lists the same header twice: don't act on this request.",
      );
    }
    names.add(name);
  }
  return [...names];
}

/**
 * Reads UP42's signature from a `Signature` header: `up42-sig=<base64>`, or `up42-sig=:<base64>:` as RFC 9651 writes
 * bytes. It is split by hand, since plain base64 is no structured field. Only canonical base64 is taken, as otherwise
 * several spellings would stand for the same bytes.
 */
export function parseSignature(header: string): Uint8Array {
  const prefix = `${SIGNATURE_LABEL}=`;
  const member = header
    .split(",")
    .map((part) => part.trim())
    .findLast((part) => part.startsWith(prefix));
  if (member === undefined) throw labelNotFound("Signature");
  const value = member.slice(prefix.length);
  const base64 = value.startsWith(":") && value.endsWith(":") ? value.slice(1, -1) : value;
  const bytes = Buffer.from(base64, "base64");
  if (bytes.length !== 32 || bytes.toString("base64") !== base64) {
    throw new NotificationError(
      "malformed_signature",
      "The Signature header does not hold an HMAC-SHA256 in base64: don't act on this request, and check that nothing" +
        " on the way to the receiver changes headers.",
    );
  }
  return bytes;
}

/** The bytes UP42 signs: the values of the listed headers, one after the other, with nothing in between. */
export function signedBytes(components: readonly string[], headers: HeaderLookup): Uint8Array {
  const text = components.map((name) => signedValue(name, headers)).join("");
  if (text === "") throw nothingSigned("lists only empty headers");
  return Buffer.from(text, "latin1");
}

function signedValue(name: string, headers: HeaderLookup): string {
  const value = headers(name);
  if (value === undefined) {
    throw new NotificationError(
      "signed_header_missing",
      `The signature covers the header ${JSON.stringify(name.slice(0, 100))}, which the request lacks:` +
        " check that no proxy, gateway or framework on the way removes it.",
    );
  }
  // Headers are bytes on the wire, one for each character. Cutting off the rest would make different texts equal.
  if (/[\u0100-\uffff]/.test(value)) {
    throw new NotificationError(
      "invalid_headers",
      `The signed header ${JSON.stringify(name.slice(0, 100))} holds characters that no HTTP header can:` +
        " pass the headers as they came, not decoded.",
    );
  }
  return value;
}

/**
 * Tells which of the secrets made the signature, `-1` if none did. Takes as long for each outcome: every secret is
 * tried, and signatures are compared in constant time.
 */
export function findSecret(secrets: readonly string[], bytes: Uint8Array, signature: Uint8Array): number {
  let found = -1;
  for (const [index, secret] of secrets.entries()) {
    const expected = createHmac("sha256", secret).update(bytes).digest();
    if (timingSafeEqual(expected, signature)) found = index;
  }
  return found;
}

function labelNotFound(header: string): NotificationError {
  return new NotificationError(
    "label_not_found",
    `The ${header} header has no member named ${SIGNATURE_LABEL}: the request was signed by somebody other than UP42.`,
  );
}

function malformedInput(problem: string, cause?: unknown): NotificationError {
  return new NotificationError(
    "malformed_signature_input",
    `The Signature-Input header ${problem}: don't act on this request, and check that nothing on the way to the` +
      " receiver changes headers.",
    { cause },
  );
}

function nothingSigned(problem: string): NotificationError {
  return new NotificationError(
    "nothing_signed",
    `Signature-Input ${problem}, so the signature says nothing about this request: don't act on it.`,
  );
}
