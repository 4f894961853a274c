import { compact, type Properties } from "../lifecycle/properties";

/** The key by which Pulumi marks an object in properties as a value of its own (its SDK's `specialSigKey`). */
export const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";

/** How Pulumi writes a secret (its SDK's `specialSecretSig`). */
export const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/**
 * Marks the webhook's secret as a secret of Pulumi's, by what it is and not by what the program said of it: a webhook
 * that is read, or a transform that sets it as plain text, has no program that marks it.
 */
export function markSecrets(properties: Properties): Properties {
  const { secret } = properties;
  return typeof secret === "string" ? { ...properties, secret: asSecret(secret) } : compact(properties);
}

/** A value as Pulumi writes a secret. */
export function asSecret<T>(value: T) {
  return { [SIGNATURE_KEY]: SECRET, value };
}
