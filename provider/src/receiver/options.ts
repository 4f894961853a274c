import { NotificationError } from "./notification-error";

/** How to verify. Either `secret` or `secrets` is required. */
export type VerifyOptions = (SingleSecret | SeveralSecrets) & CommonOptions;

/** @inline */
interface SingleSecret {
  /** The webhook's secret. */
  readonly secret: string;
  /** Not beside `secret`. */
  readonly secrets?: undefined;
}

/** @inline */
interface SeveralSecrets {
  /** Several secrets, any of which is good: while one is replaced by another, or when webhooks share a receiver. */
  readonly secrets: readonly string[];
  /** Not beside `secrets`. */
  readonly secret?: undefined;
}

/** @inline */
interface CommonOptions {
  /** How old a signature may be, in seconds; one of this age is refused. Default 300, as UP42's own validator. */
  readonly toleranceSeconds?: number | undefined;
  /** How far in the future `created` may lie, in seconds. Default 0, as UP42's own validator. */
  readonly clockSkewSeconds?: number | undefined;
  /** Refuse notifications whose body isn't covered by the signature. Default false. */
  readonly requireDigest?: boolean | undefined;
  /** The time, as a Date or in milliseconds since 1970. Default `Date.now`. */
  readonly now?: (() => number | Date) | undefined;
}

/** Options with defaults applied, and checked. */
export interface Settings {
  readonly secrets: readonly string[];
  readonly toleranceSeconds: number;
  readonly clockSkewSeconds: number;
  readonly requireDigest: boolean;
  readonly nowSeconds: number;
}

/** Checks what the compiler can't: that there is a secret, and that numbers are in range. */
export function readOptions(options: VerifyOptions): Settings {
  const { toleranceSeconds = 300, clockSkewSeconds = 0, requireDigest = false, now = Date.now } = options;
  if (!Number.isFinite(toleranceSeconds) || toleranceSeconds <= 0) {
    throw invalid("toleranceSeconds must be a number of seconds above 0");
  }
  if (!Number.isFinite(clockSkewSeconds) || clockSkewSeconds < 0) {
    throw invalid("clockSkewSeconds must be a number of seconds, 0 or more");
  }
  const nowSeconds = Number(now()) / 1000;
  if (!Number.isFinite(nowSeconds)) {
    throw invalid("now must return a Date or milliseconds since 1970");
  }
  return { secrets: readSecrets(options), toleranceSeconds, clockSkewSeconds, requireDigest, nowSeconds };
}

function readSecrets({ secret, secrets }: VerifyOptions): readonly string[] {
  if (secret !== undefined && secrets !== undefined) {
    throw invalid("secret and secrets exclude each other");
  }
  const list: readonly unknown[] = Array.isArray(secrets) ? secrets : [secret];
  const good = list.filter(isSecret);
  if (good.length === 0 || good.length < list.length) {
    throw new NotificationError(
      "no_secret",
      `${list.length > 1 ? "One of the secrets" : "The secret"} to verify with is missing or empty, and anybody can sign` +
        " with an empty one: set it to the webhook's secret, and check the environment variable it comes from.",
    );
  }
  return good;
}

function isSecret(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function invalid(problem: string): NotificationError {
  return new NotificationError("invalid_options", `The receiver is set up wrongly: ${problem}.`);
}
