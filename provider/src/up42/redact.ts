/** Shorter strings than this are left alone: replacing them would garble messages without hiding anything. */
const SHORTEST = 4;
const HIDDEN = "[secret]";

/**
 * Takes known secrets out of texts that come from outside, since a server may repeat in its answer what we sent.
 * It knows the credentials, the tokens and the webhook secrets of this process.
 */
export class Redactor {
  readonly #secrets = new Set<string>();

  /** From now on, hides this value in its plain, JSON, URL and base64 forms. */
  add(secret: string | undefined): void {
    if (secret === undefined || secret.length < SHORTEST) {
      return;
    }
    this.#secrets.add(secret);
    this.#secrets.add(JSON.stringify(secret).slice(1, -1));
    this.#secrets.add(encodeURIComponent(secret));
    this.#secrets.add(Buffer.from(secret).toString("base64"));
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
