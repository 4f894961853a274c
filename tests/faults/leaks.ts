/** How a secret of the suite begins, in clear or in base64 wherever in a group of three bytes it does. */
const MARK = /canary-|Y2FuYXJ5L|NhbmFyeS|jYW5hcnkt/;
/** An access token of the emulator: 32 bytes in base64url. */
const TOKEN = /[\w-]{43,}/g;

/** Whether a text holds one of the suite's secrets, whole or in part, or one of these tokens. */
export function leaks(text: string, tokens: ReadonlySet<string>): boolean {
  return MARK.test(text) || (text.match(TOKEN) ?? []).some((word) => tokens.has(word));
}
