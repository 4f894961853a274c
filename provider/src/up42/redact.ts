const HIDDEN = "[secret]";
/** Shorter secrets are hidden only where they stand alone: inside of words they would garble every message. */
const SHORTEST_INSIDE_WORDS = 4;

/** Spellings of characters that encoders write as names instead of numbers. */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  "&": ["&amp;"],
  "<": ["&lt;"],
  ">": ["&gt;"],
  '"': ["&quot;"],
  "'": ["&apos;"],
  " ": ["\\+", "&nbsp;"],
  "\n": ["\\\\n"],
  "\r": ["\\\\r"],
  "\t": ["\\\\t"],
};

/**
 * Hides known secrets in texts from outside, since a server may repeat what it received. It knows the credentials,
 * tokens and webhook secrets that this process has read or sent.
 */
export class Redactor {
  /** Each secret with its pattern, which is compiled when a text is redacted first. */
  readonly #patterns = new Map<string, RegExp | undefined>();

  /** Hides this value from now on: plain, escaped as JSON, URL, form or HTML, mixed, and as base64. */
  add(secret: string | undefined): void {
    if (secret !== undefined && secret !== "" && !this.#patterns.has(secret)) {
      this.#patterns.set(secret, undefined);
    }
  }

  redact(text: string): string {
    // Longest first, so that a secret inside of another one does not leave the rest of it in the text.
    const longestFirst = [...this.#patterns.keys()].sort((a, b) => b.length - a.length);
    return longestFirst.reduce((redacted, secret) => redacted.replace(this.#patternOf(secret), HIDDEN), text);
  }

  #patternOf(secret: string): RegExp {
    const known = this.#patterns.get(secret);
    if (known !== undefined) {
      return known;
    }
    const pattern = patternOf(secret);
    this.#patterns.set(secret, pattern);
    return pattern;
  }
}

function patternOf(secret: string): RegExp {
  const escaped = [...secret].map(spellingsOf).join("");
  if (secret.length < SHORTEST_INSIDE_WORDS) {
    return new RegExp(`(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`, "gu");
  }
  const encoded = base64Forms(secret).map(escapeForRegExp);
  return new RegExp([escaped, ...encoded].sort((a, b) => b.length - a.length).join("|"), "gu");
}

/** Matches one character in every spelling that an encoder may choose for it, alone. */
function spellingsOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const percent = [...Buffer.from(character)].map((byte) => `(?:%25|%)${anyCase(hex(byte, 2))}`).join("");
  const units = [...Array(character.length).keys()].map((index) => character.charCodeAt(index));
  // Backslashes double each time a text is put into JSON again.
  const json = units.map((unit) => `\\\\+u${anyCase(hex(unit, 4))}`).join("");
  const html = `&(?:amp;)?#(?:0*${code}|[xX]0*${anyCase(code.toString(16))});`;
  const plain = /[\p{L}\p{N}]/u.test(character) ? character : `\\\\*${escapeForRegExp(character)}`;
  return `(?:${[plain, ...(NAMED[character] ?? []), percent, json, html].join("|")})`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}

function anyCase(digits: string): string {
  return digits.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}

function escapeForRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

/** Base64 of the secret, in both alphabets, and inside of a longer text, as the password in `Basic` is. */
function base64Forms(secret: string): readonly string[] {
  const forms = [0, 1, 2].map((offset) => base64At(secret, offset));
  const standard = [Buffer.from(secret).toString("base64"), ...forms].filter((form) => form.length >= 4);
  const both = standard.flatMap((form) => [form, form.replaceAll("+", "-").replaceAll("/", "_")]);
  return [...new Set(both)];
}

/** Base64 of the secret when it begins `offset` bytes into a group of three. */
function base64At(secret: string, offset: number): string {
  const encoded = Buffer.from("\0".repeat(offset) + secret).toString("base64");
  // At either end a character may hold bits of what is next to the secret.
  const first = [0, 2, 3][offset] ?? 0;
  const last = encoded.endsWith("=") ? -encoded.split("=").length : encoded.length;
  return encoded.slice(first, last);
}
