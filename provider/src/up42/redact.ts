/** Shorter strings than this are left alone: replacing them would garble messages without hiding anything. */
const SHORTEST = 4;
const HIDDEN = "[secret]";

/**
 * Takes known secrets out of texts that come from outside, since a server may repeat in its answer what we sent.
 * It knows the credentials, the tokens and the webhook secrets of this process.
 */
export class Redactor {
  readonly #secrets = new Set<string>();

  /** From now on, hides this value in its plain, JSON, URL, form and base64 forms. */
  add(secret: string | undefined): void {
    if (secret === undefined || secret.length < SHORTEST) {
      return;
    }
    for (const form of formsOf(secret)) {
      this.#secrets.add(form);
    }
  }

  redact(text: string): string {
    // Longest first, so that a secret which is part of another does not leave the rest of it behind.
    const longestFirst = [...this.#secrets].sort((a, b) => b.length - a.length);
    return longestFirst.length === 0
      ? text
      : text.replace(new RegExp(longestFirst.map(escapeForRegExp).join("|"), "g"), HIDDEN);
  }
}

function escapeForRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}

/** How a secret may be written in an answer that repeats our request: its body, its form or its headers. */
function formsOf(secret: string): readonly string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  return [
    secret,
    json,
    JSON.stringify(json).slice(1, -1),
    encodeURIComponent(secret),
    new URLSearchParams({ secret }).toString().slice("secret=".length),
    Buffer.from(secret).toString("base64"),
    ...[0, 1, 2].map((offset) => base64At(secret, offset)).filter((form) => form.length >= SHORTEST),
  ];
}

/** Base64 of the secret when it begins `offset` bytes into a group of three, as the password in `Basic` may. */
function base64At(secret: string, offset: number): string {
  const encoded = Buffer.from("\0".repeat(offset) + secret).toString("base64");
  // At either end a character may hold bits of what is next to the secret.
  const first = [0, 2, 3][offset] ?? 0;
  const last = encoded.endsWith("=") ? -encoded.split("=").length : encoded.length;
  return encoded.slice(first, last);
}
