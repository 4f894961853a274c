import type { ReplayStore } from "./replay";

/** How a replay store in memory is set up. */
export interface MemoryReplayStoreOptions {
  /** How many notifications are remembered; beyond that the oldest are forgotten. Default 10,000. */
  readonly maxEntries?: number | undefined;
  /** The time, as a Date or in milliseconds since 1970. Default `Date.now`. */
  readonly now?: (() => number | Date) | undefined;
}

/**
 * A replay store for receivers of a single process that may forget when it restarts. Its memory is bounded.
 *
 * @param options How much it remembers.
 * @throws RangeError if `maxEntries` is not a whole number above 0.
 */
export function createMemoryReplayStore(options: MemoryReplayStoreOptions = {}): ReplayStore {
  const { maxEntries = 10_000, now = Date.now } = options;
  if (!Number.isSafeInteger(maxEntries) || maxEntries < 1) {
    throw new RangeError("A replay store needs room: maxEntries must be a whole number above 0.");
  }
  // A Map keeps the order of insertion, so that its first entry is the oldest.
  const expiries = new Map<string, number>();
  return {
    claim(messageId, expiresAt) {
      const expiry = expiries.get(messageId);
      if (expiry !== undefined && expiry > Number(now())) return false;
      expiries.delete(messageId);
      expiries.set(messageId, expiresAt.getTime());
      const [oldest] = expiries.keys();
      if (expiries.size > maxEntries && oldest !== undefined) expiries.delete(oldest);
      return true;
    },
    release(messageId) {
      expiries.delete(messageId);
    },
  };
}
