import { compact, type Properties } from "../lifecycle/properties";

/** How Pulumi writes a secret in properties (its SDK's `specialSigKey` and `specialSecretSig`). */
const SIGNATURE = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };

/**
 * Marks the webhook's secret as a secret of Pulumi's, by what it is and not by what the program said of it: a webhook
 * that is read, or a transform that sets it as plain text, has no program that marks it.
 */
export function markSecrets(properties: Properties): Properties {
  const { secret } = properties;
  return typeof secret === "string"
    ? { ...properties, secret: { ...SIGNATURE, value: secret } }
    : compact(properties);
}
