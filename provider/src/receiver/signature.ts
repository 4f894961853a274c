import type { Computing } from "./crypto";
import { equalBytes, fromBase64, latin1, toBase64, utf8 } from "./encoding";
import { type HeaderLookup, quoted } from "./headers";
import { NotificationError } from "./notification-error";
import { labelNotFound, nothingSigned, SIGNATURE_LABEL } from "./signature-input";

/**
 * Reads UP42's signature from a `Signature` header: `up42-sig=<base64>`, or `up42-sig=:<base64>:` as RFC 9651 writes
 * bytes. Only canonical base64 is taken, as otherwise several spellings would stand for the same bytes.
 */
export function parseSignature(header: string): Uint8Array {
  const values = header.split(",").map(signatureOf);
  const value = values.findLast((text) => text !== undefined);
  if (value === undefined) {
    throw labelNotFound("Signature");
  }
  const base64 = value.startsWith(":") && value.endsWith(":") ? value.slice(1, -1) : value;
  const bytes = fromBase64(base64);
  if (bytes?.length === 32 && toBase64(bytes) === base64) {
    return bytes;
  }
  throw new NotificationError(
    "malformed_signature",
    "The Signature header does not hold an HMAC-SHA256 in base64: don't act on this request, and check that nothing" +
      " on the way to the receiver changes headers.",
  );
}

/** The value of UP42's member, without parameters; undefined for every other one. */
function signatureOf(member: string): string | undefined {
  const separator = member.indexOf("=");
  if (separator < 0 || member.slice(0, separator).trim() !== SIGNATURE_LABEL) {
    return undefined;
  }
  return member
    .slice(separator + 1)
    .split(";", 1)
    .join("")
    .trim();
}

/**
 * What UP42 signs, the values of the listed headers, one after the other, with nothing in between, as bytes. Beyond
 * ASCII there are two candidates: UP42's validator hashes UTF-8, while headers are bytes on the wire that Node and
 * others decode as Latin-1.
 */
export function signedBytes(components: readonly string[], headers: HeaderLookup): readonly Uint8Array[] {
  const text = components.map((name) => signedValue(name, headers)).join("");
  if (text === "") {
    throw nothingSigned("lists only empty headers");
  }
  const inUtf8 = utf8(text);
  const inLatin1 = inUtf8.length === text.length ? undefined : latin1(text);
  return inLatin1 === undefined ? [inUtf8] : [inUtf8, inLatin1];
}

function signedValue(name: string, headers: HeaderLookup): string {
  const value = headers(name);
  if (value !== undefined) {
    return value;
  }
  throw new NotificationError(
    "signed_header_missing",
    `The signature covers the header ${quoted(name)}, which the request lacks:` +
      " check that no proxy, gateway or framework on the way removes it.",
  );
}

/**
 * Finds which of the secrets made the signature, `-1` if none did. Takes as long for each outcome: every secret is
 * tried, and signatures are compared in constant time.
 */
export function* findSecret(
  secrets: readonly string[],
  candidates: readonly Uint8Array[],
  signature: Uint8Array,
): Computing<number> {
  let found = -1;
  for (const [index, secret] of secrets.entries()) {
    for (const data of candidates) {
      if (equalBytes(yield { algorithm: "HMAC", secret, data }, signature)) {
        found = index;
      }
    }
  }
  return found;
}
