/** The bytes of a text in UTF-8. */
export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The bytes of a text in Latin-1, one for each character; undefined if a character has no such byte. */
export function latin1(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code > 0xff) {
      return undefined;
    }
    bytes[index] = code;
  }
  return bytes;
}

/** Decodes base64 as the web does: spaces are skipped, and padding may be missing. Undefined if it is not base64. */
export function fromBase64(text: string): Uint8Array | undefined {
  try {
    return latin1(atob(text));
  } catch {
    return undefined; // The only error that atob has: a character that base64 lacks, or a length that it cannot have.
  }
}

/** Encodes a few bytes, such as a hash, in base64. */
export function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

/** Compares hashes in constant time. */
export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  let difference = left.length ^ right.length;
  for (const [index, byte] of left.entries()) {
    difference |= byte ^ (right[index] ?? 0);
  }
  return difference === 0;
}
