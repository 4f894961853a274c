import { createHash } from "node:crypto";
import type { HeaderLookup } from "./headers";
import { NotificationError } from "./notification-error";

const DIGEST_HEADERS = new Set(["digest", "content-digest"]);
const ALGORITHMS: ReadonlyMap<string, string> = new Map([
  ["sha-256", "sha256"],
  ["sha-512", "sha512"],
]);

/**
 * Checks the body against the digests among the signed headers. Both headers are read in the syntax of either:
 * `SHA-256=<base64>` of the old `Digest` (RFC 3230), `sha-256=:<base64>:` of the new `Content-Digest` (RFC 9530).
 *
 * @returns whether a digest of a known algorithm was there, and so the signature covers the body.
 * @throws NotificationError `digest_mismatch` if any digest of a known algorithm is not the body's.
 */
export function checkDigests(
  components: readonly string[],
  headers: HeaderLookup,
  body: Uint8Array,
): boolean {
  let checked = false;
  for (const name of components) {
    if (!DIGEST_HEADERS.has(name)) continue;
    if (checkDigest(name, headers(name) ?? "", body)) checked = true;
  }
  return checked;
}

function checkDigest(name: string, header: string, body: Uint8Array): boolean {
  const actual = new Map<string, string>();
  for (const member of header.split(",")) {
    const separator = member.indexOf("=");
    const label = member.slice(0, Math.max(separator, 0)).trim().toLowerCase();
    const algorithm = ALGORITHMS.get(label);
    if (algorithm === undefined) continue;
    // Hashed once, however often the header repeats the algorithm.
    const digest = actual.get(algorithm) ?? createHash(algorithm).update(body).digest("base64");
    actual.set(algorithm, digest);
    if (withoutColons(member.slice(separator + 1).trim()) !== digest) {
      throw new NotificationError(
        "digest_mismatch",
        `The body is not the one that was signed: its ${label} differs from the ${name} header. Pass the body as it was` +
          " received, before any parsing, decompression or re-encoding; if it is that, don't act on this request.",
      );
    }
  }
  return actual.size > 0;
}

function withoutColons(value: string): string {
  return value.length >= 2 && value.startsWith(":") && value.endsWith(":") ? value.slice(1, -1) : value;
}
