import { randomBytes } from "node:crypto";

/**
 * A secret that is recognisable wherever it turns up, and never the same. It holds characters that JSON and URLs
 * escape, since a leak may be in either form.
 *
 * @param name what it stands for, shown when it leaks
 */
export function canary(name: string): string {
  return `canary-${name}-${randomBytes(12).toString("hex")}-"+/ é`;
}

/**
 * Fails when a text holds one of the secrets: in clear, JSON-escaped, URL-encoded, or in base64.
 *
 * @param texts the texts to search, by a label that says where a text is from
 * @throws {Error} naming each text and secret (by its start, not in full)
 */
export function expectNoCanaries(canaries: readonly string[], texts: Readonly<Record<string, string>>): void {
  const leaks = Object.entries(texts).flatMap(([label, text]) =>
    canaries.flatMap((secret) =>
      Object.entries(forms(secret))
        .filter(([, form]) => form.some((part) => text.includes(part)))
        .map(([form]) => `${label} holds ${secret.slice(0, 20)}… ${form}`),
    ),
  );
  if (leaks.length > 0) {
    throw new Error(`Secrets leaked:\n${leaks.join("\n")}`);
  }
}

/** Every way a secret may be written down; each form is given by the parts that would betray it. */
function forms(secret: string): Record<string, string[]> {
  const json = JSON.stringify(secret).slice(1, -1);
  return {
    "in clear": [secret],
    "as JSON": [json, JSON.stringify(json).slice(1, -1)],
    "URL-encoded": [
      encodeURIComponent(secret),
      new URLSearchParams({ secret }).toString().slice("secret=".length),
    ],
    "in base64": [0, 1, 2].flatMap((offset) => base64At(secret, offset)),
  };
}

/** The secret's base64 when it begins at some byte of a longer text: without the groups it shares with others. */
function base64At(secret: string, offset: number): string[] {
  const shifted = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret, "utf8")]);
  const whole = shifted.subarray(offset === 0 ? 0 : 3, shifted.length - (shifted.length % 3));
  return [whole.toString("base64"), whole.toString("base64url")];
}
