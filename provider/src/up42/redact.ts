const HIDDEN = "[secret]";
/** Stands for a hidden secret while others are looked for, which may be part of the word HIDDEN itself. */
const MARK = "\0";
/** Shorter secrets are hidden only where they stand alone: inside of words they would garble every message. */
const SHORTEST_INSIDE_WORDS = 4;

/** One backslash in a pattern. They double each time a text is put into JSON again: sixteen of them at the most. */
const BACKSLASH = "\\\\";

/** Spellings of characters that encoders write as names instead of numbers. */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  "&": ["&amp;"],
  "<": ["&lt;"],
  ">": ["&gt;"],
  '"': ["&quot;"],
  "'": ["&apos;"],
  " ": ["\\+", "&nbsp;"],
  "\n": [`${BACKSLASH}{1,16}n`],
  "\r": [`${BACKSLASH}{1,16}r`],
  "\t": [`${BACKSLASH}{1,16}t`],
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
    return longestFirst
      .reduce((redacted, secret) => redacted.replace(this.#patternOf(secret), MARK), text)
      .replaceAll(MARK, HIDDEN);
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
  const escaped = [...(secret.match(/\\+|[^\\]/gu) ?? [])].map(spellingsOf).join("");
  if (secret.length < SHORTEST_INSIDE_WORDS) {
    return new RegExp(`(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`, "gu");
  }
  const encoded = base64Forms(secret).map(escapeForRegExp);
  return new RegExp([escaped, ...encoded].sort((a, b) => b.length - a.length).join("|"), "gu");
}

/**
 * Matches one character in every spelling that an encoder may choose for it, alone; or a run of backslashes. No two
 * ways to match the same text may come of it, or the time would grow with more than the text's length.
 */
function spellingsOf(part: string): string {
  if (part.startsWith("\\")) {
    const backslash = `(?:%25|%)5[cC]|${htmlOf("\\")}|${BACKSLASH}(?:u005[cC])?`;
    return `(?:${backslash}){${part.length},${16 * part.length}}`;
  }
  const percent = [...Buffer.from(part)].map((byte) => `(?:%25|%)${anyCase(hex(byte, 2))}`).join("");
  const units = [...Array(part.length).keys()].map((index) => part.charCodeAt(index));
  const json = units.map((unit) => `${BACKSLASH}{1,16}u${anyCase(hex(unit, 4))}`).join("");
  const plain = /[\p{L}\p{N}]/u.test(part) ? part : `${BACKSLASH}{0,16}${escapeForRegExp(part)}`;
  return `(?:${[plain, ...(NAMED[part] ?? []), percent, json, htmlOf(part)].join("|")})`;
}

function htmlOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `&(?:amp;)?#(?:0{0,7}${code}|[xX]0{0,7}${anyCase(code.toString(16))});`;
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
  const whole = Buffer.from(secret).toString("base64");
  const standard = [whole, whole.replace(/=+$/, ""), ...forms].filter((form) => form.length >= 4);
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
