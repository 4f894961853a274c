import { type Computing, computeAsync, computeSync } from "./crypto";
import { checkDigests } from "./digest";
import { type HeaderLookup, type HeadersInput, readHeaders } from "./headers";
import type { Notification } from "./notification";
import { NotificationError } from "./notification-error";
import { readOptions, type Settings, type VerifyOptions } from "./options";
import { parseNotification } from "./parse-notification";
import { rawBody } from "./raw-body";
import { findSecret, parseSignature, signedBytes } from "./signature";
import { parseSignatureInput, SIGNATURE_LABEL } from "./signature-input";

/** A request as it was received. */
export interface NotificationRequest {
  /** The headers, in any of the forms that Node, the web and AWS have for them. */
  readonly headers: HeadersInput;
  /** The body as it was received, not parsed: a digest of it may be signed. */
  readonly body: string | Uint8Array | ArrayBuffer;
}

/** A notification that UP42 signed with one of the secrets, and what that signature covers. */
export interface VerifiedNotification {
  /** What UP42 reports. */
  readonly notification: Notification;
  /**
   * Whether the signature covers the body, by a digest among the signed headers. If false, it proves only that UP42
   * sent these headers to a receiver once. A person who saw that request could have put another body to it.
   */
  readonly bodyBound: boolean;
  /** When the signature says it was made. */
  readonly created: Date;
  /** Names of the signed headers, in lower case, in the order they are signed. */
  readonly signedHeaders: readonly string[];
  /** The signature's name in `Signature-Input`: `up42-sig`. */
  readonly label: string;
  /** The signature's `keyid`, if it has one. Not verified. */
  readonly keyId: string | undefined;
  /** Which of the `secrets` the signature was made with, 0 for the first: shows when an old one is out of use. */
  readonly secretIndex: number;
}

/**
 * Verifies that a request is a notification from UP42, and returns it as a typed value. Nothing in the request may be
 * acted on before.
 *
 * Synchronous and without any state: it works the same in a server, a function, or a queue's consumer. It needs
 * `node:crypto`, as Node 20.16, 22.3 and newer, Deno and Bun have it; {@link verifyNotificationAsync} runs everywhere.
 * To refuse notifications that were handled before, see {@link handleOnce}.
 *
 * The scheme is the one of UP42's published validator: `Signature` holds the HMAC-SHA256, by the webhook's secret,
 * of the values of the headers that `Signature-Input` lists, joined with nothing in between.
 *
 * @param request The request as it was received: headers, and the raw body.
 * @param options The webhook's secret, and how strict to be.
 * @returns The notification, and what its signature covers.
 * @throws NotificationError for every request that can't be verified; its `code` says why. Nothing else is thrown.
 */
export function verifyNotification(
  request: NotificationRequest,
  options: VerifyOptions,
): VerifiedNotification {
  return computeSync(verification(request, options));
}

/**
 * Verifies as {@link verifyNotification} does, with the Web Crypto that every runtime has: Node, Deno, Bun, Cloudflare
 * Workers, edge functions, service workers.
 *
 * @param request The request as it was received: headers, and the raw body.
 * @param options The webhook's secret, and how strict to be.
 * @returns The notification, and what its signature covers.
 * @throws NotificationError for every request that can't be verified; its `code` says why. Nothing else is thrown.
 */
export async function verifyNotificationAsync(
  request: NotificationRequest,
  options: VerifyOptions,
): Promise<VerifiedNotification> {
  return await computeAsync(verification(request, options));
}

function* verification(
  request: NotificationRequest,
  options: VerifyOptions,
): Computing<VerifiedNotification> {
  const settings = readOptions(options);
  const body = rawBody(request.body);
  const headers = readHeaders(request.headers);
  const { components, created, keyId } = parseSignatureInput(requireHeader(headers, "signature-input"));
  const signature = parseSignature(requireHeader(headers, "signature"));
  checkAge(created, settings);
  const secretIndex = yield* findSecret(settings.secrets, signedBytes(components, headers), signature);
  if (secretIndex < 0) {
    throw signatureMismatch(settings.secrets.length);
  }
  const bodyBound = yield* checkDigests(components, headers, body);
  if (settings.requireDigest && !bodyBound) {
    throw bodyNotBound();
  }
  return {
    notification: parseNotification(body),
    bodyBound,
    created: new Date(created * 1000),
    signedHeaders: components,
    label: SIGNATURE_LABEL,
    keyId,
    secretIndex,
  };
}

function requireHeader(headers: HeaderLookup, name: "signature-input" | "signature"): string {
  const value = headers(name);
  if (value !== undefined && value !== "") {
    return value;
  }
  throw new NotificationError(
    name === "signature" ? "missing_signature" : "missing_signature_input",
    `The request has no ${name} header: UP42 signs only for webhooks that have a secret. Give the webhook the secret` +
      " that the receiver has, and check that no proxy on the way removes the header; otherwise UP42 did not send it.",
  );
}

/** Whether it `expires` is not looked at, as in UP42's validator: who repeats a request can leave that out. */
function checkAge(created: number, { nowSeconds, clockSkewSeconds, toleranceSeconds }: Settings): void {
  const age = nowSeconds - created;
  if (age < -clockSkewSeconds) {
    throw new NotificationError(
      "created_in_future",
      `The signature was made ${Math.ceil(-age)} s in the future: set this machine's clock by NTP; if it is right, don't` +
        " act on this request (clockSkewSeconds allows for a small difference).",
    );
  }
  if (age >= toleranceSeconds) {
    throw new NotificationError(
      "too_old",
      `The signature was made ${Math.floor(age)} s ago and ${toleranceSeconds} s is too old: it may be an old request` +
        " sent again. Check this machine's clock; verify before queueing, not after (toleranceSeconds allows for more).",
    );
  }
}

function signatureMismatch(secrets: number): NotificationError {
  return new NotificationError(
    "signature_mismatch",
    `The signature was made with ${secrets === 1 ? "another secret" : "none of the secrets"}, or the signed headers were` +
      " changed: check that the webhook and the receiver have the same secret, without spaces or line ends around it," +
      " and that no proxy rewrites headers; otherwise UP42 did not send the request.",
  );
}

function bodyNotBound(): NotificationError {
  return new NotificationError(
    "body_not_bound",
    "The signature covers no digest of the body, so the body could be anybody's, and requireDigest is set:" +
      " don't act on this request, or leave requireDigest out if UP42 signs no digest for this webhook.",
  );
}
