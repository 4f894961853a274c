import type { Computing } from "./crypto";
import { toBase64 } from "./encoding";
import type { HeaderLookup } from "./headers";
import { NotificationError } from "./notification-error";

const DIGEST_HEADERS = new Set(["digest", "content-digest"]);
const ALGORITHMS = { "sha-256": "SHA-256", "sha-512": "SHA-512" } as const;

/**
 * Checks the body against the digests among the signed headers. Both headers are read in the syntax of either:
 * `SHA-256=<base64>` of the old `Digest` (RFC 3230), `sha-256=:<base64>:` of the new `Content-Digest` (RFC 9530).
 *
 * @returns whether a digest was there, and so the signature covers the body.
 * @throws NotificationError `digest_mismatch` if any digest of a known algorithm is not the body's, `invalid_digest`
 *   if a listed header holds none, or anything else. The signed values are joined with nothing in between, so that a
 *   digest could be moved into the header before it: one that is listed and empty is never a reason to accept a body.
 */
export function* checkDigests(
  components: readonly string[],
  headers: HeaderLookup,
  body: Uint8Array,
): Computing<boolean> {
  const names = components.filter((name) => DIGEST_HEADERS.has(name));
  for (const name of new Set(names)) {
    yield* checkDigest(name, headers(name) ?? "", body);
  }
  return names.length > 0;
}

function* checkDigest(name: string, header: string, body: Uint8Array): Computing<void> {
  const digests = new Map<string, string>();
  for (const member of header.split(",")) {
    if (member.trim() === "") {
      continue;
    }
    const separator = member.indexOf("=");
    if (separator < 0) {
      throw invalidDigest(name, "is malformed");
    }
    const algorithm = algorithmOf(member.slice(0, separator).trim().toLowerCase());
    if (algorithm === undefined) {
      continue;
    }
    // Hashed once, however often the header repeats the algorithm.
    const digest = digests.get(algorithm) ?? toBase64(yield { algorithm, data: body });
    digests.set(algorithm, digest);
    if (withoutColons(member.slice(separator + 1).trim()) !== digest) {
      throw mismatch(name, algorithm);
    }
  }
  if (digests.size === 0) {
    throw invalidDigest(name, "holds no SHA-256 and no SHA-512");
  }
}

function algorithmOf(label: string): "SHA-256" | "SHA-512" | undefined {
  return label === "sha-256" || label === "sha-512" ? ALGORITHMS[label] : undefined;
}

function withoutColons(value: string): string {
  return value.length >= 2 && value.startsWith(":") && value.endsWith(":") ? value.slice(1, -1) : value;
}

function mismatch(name: string, algorithm: string): NotificationError {
  return new NotificationError(
    "digest_mismatch",
    `The body is not the one that was signed: its ${algorithm} differs from the ${name} header. Pass the body as it was` +
      " received, before any parsing, decompression or re-encoding; if it is that, don't act on this request.",
  );
}

function invalidDigest(name: string, problem: string): NotificationError {
  return new NotificationError(
    "invalid_digest",
    `The signature covers the ${name} header, which ${problem}, so the body cannot be checked: don't act on this request,` +
      " and check that nothing on the way to the receiver changes headers.",
  );
}
