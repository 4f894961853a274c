import type { ReplayStore } from "./replay";

/** How a replay store in memory is set up. */
export interface MemoryReplayStoreOptions {
  /** How many notifications are remembered; beyond that the oldest are forgotten. Default 10,000. */
  readonly maxEntries?: number | undefined;
  /** The time, as a Date or in milliseconds since 1970. Default `Date.now`. */
  readonly now?: (() => number | Date) | undefined;
}

interface Entry {
  /** Who handles it; undefined when it was handled. */
  readonly owner: string | undefined;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
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
  const entries = new Map<string, Entry>();
  const set = (messageId: string, owner: string | undefined, seconds: number) => {
    entries.delete(messageId);
    entries.set(messageId, { owner, expiresAt: Number(now()) + seconds * 1000 });
    const [oldest] = entries.keys();
    if (entries.size > maxEntries && oldest !== undefined) {
      entries.delete(oldest);
    }
  };
  return {
    claim(messageId, owner, leaseSeconds) {
      const entry = entries.get(messageId);
      if (entry !== undefined && entry.expiresAt > Number(now())) {
        return entry.owner === undefined ? "done" : "running";
      }
      set(messageId, owner, leaseSeconds);
      return "new";
    },
    complete(messageId, retentionSeconds) {
      set(messageId, undefined, retentionSeconds);
    },
    release(messageId, owner) {
      if (entries.get(messageId)?.owner === owner) {
        entries.delete(messageId);
      }
    },
  };
}
