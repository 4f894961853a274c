import { types } from "node:util";

/** What was thrown, in words. It may come from another realm, as it does under Jest, so `instanceof` won't do. */
export function messageOf(error: unknown): string {
  return types.isNativeError(error) ? error.message : String(error);
}

/** The code of a system error, such as `EADDRINUSE`. */
export function codeOf(error: unknown): unknown {
  return types.isNativeError(error) && "code" in error ? error.code : undefined;
}
