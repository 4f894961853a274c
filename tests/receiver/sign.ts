import { createHash, createHmac } from "node:crypto";

// UP42's side, written from its published validator and not from the receiver, so that the two check each other.

/** What a signer needs to know. */
export interface SignOptions {
  readonly secret: string;
  readonly body: string;
  /** Headers to sign, in this order; a digest is put after them. */
  readonly headers?: readonly (readonly [string, string])[];
  readonly digest?: "none" | "digest" | "content-digest";
  readonly algorithm?: "sha256" | "sha512";
  /** Unix seconds. */
  readonly created: number;
}

/** A signed request as a receiver gets it. */
export interface SignedRequest {
  headers: Record<string, string>;
  body: string;
}

/** Signs a request as UP42 does. */
export function sign(options: SignOptions): SignedRequest {
  const signed: (readonly [string, string])[] = [
    ...(options.headers ?? [["date", "Fri, 18 Feb 2022 15:12:18 GMT"]]),
  ];
  if (options.digest !== undefined && options.digest !== "none") {
    signed.push([options.digest, digestOf(options.body, options.digest, options.algorithm ?? "sha256")]);
  }
  const key = Buffer.from(options.secret, "utf8");
  const message = Buffer.from(
    signed.reduce((text, [, value]) => text + value, ""),
    "latin1",
  );
  return {
    headers: {
      ...Object.fromEntries(signed),
      "signature-input": `up42-sig=(${signed.map(([name]) => `"${name}"`).join(" ")});created=${options.created}`,
      signature: `up42-sig=${createHmac("sha256", key).update(message).digest("base64")}`,
    },
    body: options.body,
  };
}

function digestOf(body: string, header: "digest" | "content-digest", algorithm: "sha256" | "sha512"): string {
  const value = createHash(algorithm).update(body, "utf8").digest("base64");
  const bits = algorithm.slice(3);
  return header === "digest" ? `SHA-${bits}=${value}` : `sha-${bits}=:${value}:`;
}
