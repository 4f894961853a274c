import { utf8 } from "./encoding";
import { NotificationError } from "./notification-error";

/** A hash that verifying needs. It is all that the synchronous and the asynchronous way do differently. */
export type Computation =
  | {
      readonly algorithm: "HMAC";
      readonly secret: string;
      readonly data: Uint8Array;
    }
  | {
      readonly algorithm: "SHA-256" | "SHA-512";
      readonly data: Uint8Array;
    };

/** Node takes other spellings too, Deno does not. */
const NODE_NAMES = { "SHA-256": "sha256", "SHA-512": "sha512" } as const;

/** Yields what is to be computed, takes the result of each, and returns what follows from them. */
export type Computing<Result> = Generator<Computation, Result, Uint8Array>;

/**
 * Runs the steps with `node:crypto`.
 *
 * @throws NotificationError `no_crypto` where there is none.
 */
export function computeSync<Result>(steps: Computing<Result>): Result {
  // Not imported: a bundle for a runtime without Node's modules could not be loaded.
  const nodeCrypto = globalThis.process?.getBuiltinModule?.("node:crypto");
  if (nodeCrypto === undefined) {
    throw noCrypto("has no node:crypto. Call verifyNotificationAsync, or use Node 20.16, 22.3 or newer");
  }
  let step = steps.next();
  while (!step.done) {
    const { value } = step;
    const hash =
      value.algorithm === "HMAC"
        ? nodeCrypto.createHmac("sha256", value.secret)
        : nodeCrypto.createHash(NODE_NAMES[value.algorithm]);
    step = steps.next(hash.update(value.data).digest());
  }
  return step.value;
}

/**
 * Runs the steps with Web Crypto.
 *
 * @throws NotificationError `no_crypto` where there is none.
 */
export async function computeAsync<Result>(steps: Computing<Result>): Promise<Result> {
  const subtle = globalThis.crypto?.subtle;
  if (subtle === undefined) {
    throw noCrypto("has no Web Crypto. Serve the page by HTTPS, or use Node 20 or newer");
  }
  let step = steps.next();
  while (!step.done) {
    step = steps.next(new Uint8Array(await computeOne(subtle, step.value)));
  }
  return step.value;
}

async function computeOne(subtle: typeof crypto.subtle, value: Computation): Promise<ArrayBuffer> {
  if (value.algorithm !== "HMAC") {
    return await subtle.digest(value.algorithm, value.data);
  }
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await subtle.importKey("raw", utf8(value.secret), algorithm, false, ["sign"]);
  return await subtle.sign("HMAC", key, value.data);
}

function noCrypto(problem: string): NotificationError {
  return new NotificationError("no_crypto", `Failed to verify the notification: this runtime ${problem}.`);
}
