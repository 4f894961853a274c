import { createHash, createHmac } from "node:crypto";

/** A header that a signature can cover. */
export type SignedHeader = "host" | "date" | "content-type" | "digest";

/** All of them, in the order in which their values are joined by default. */
export const SIGNED_HEADERS: readonly SignedHeader[] = ["host", "date", "content-type", "digest"];

/**
 * The two headers that sign a request the way UP42 does: base64(HMAC-SHA256(secret, values)), where the values of
 * the headers named in `Signature-Input` are joined in that order without a separator.
 * @param signed Which headers, in this order.
 * @param createdAt When the signature is made, in milliseconds; it is sent in seconds.
 */
export function signatureHeaders(
  headers: Readonly<Record<SignedHeader, string>>,
  signed: readonly SignedHeader[],
  secret: string,
  createdAt: number,
): { "signature-input": string; signature: string } {
  const values = signed.map((name) => headers[name]).join("");
  const names = signed.map((name) => `"${name}"`).join(" ");
  return {
    "signature-input": `up42-sig=(${names});created=${Math.floor(createdAt / 1000)}`,
    signature: `up42-sig=${createHmac("sha256", secret).update(values).digest("base64")}`,
  };
}

/** The value of a `Digest` header (RFC 3230) for a body. */
export function bodyDigest(body: string): string {
  return `SHA-256=${createHash("sha256").update(body).digest("base64")}`;
}

/** Everything that a notification's request carries, signed when there is a secret. */
export function notificationHeaders(
  url: URL,
  body: string,
  secret: string,
  signed: readonly SignedHeader[],
  now: number,
): Record<string, string> {
  const headers = {
    host: url.host,
    date: new Date(now).toUTCString(),
    "content-type": "application/json",
    digest: bodyDigest(body),
  };
  return {
    ...headers,
    "content-length": String(Buffer.byteLength(body)),
    "user-agent": "up42-emulator",
    ...(secret === "" ? {} : signatureHeaders(headers, signed, secret, now)),
  };
}
