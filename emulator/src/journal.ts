/** How much a journal keeps. */
export interface JournalLimit {
  readonly entries: number;
  /** Of all entries together. */
  readonly bytes: number;
}

interface Sized<Entry> {
  readonly entry: Entry;
  readonly bytes: number;
}

/** The newest entries, each under a key, within a limit of their number and size. */
export class Journal<Key, Entry> {
  readonly #entries = new Map<Key, Sized<Entry>>();
  #bytes = 0;

  constructor(private readonly limit: JournalLimit) {}

  /** All that are kept, oldest first. */
  values(): Entry[] {
    return Array.from(this.#entries.values(), ({ entry }) => entry);
  }

  get(key: Key): Entry | undefined {
    return this.#entries.get(key)?.entry;
  }

  /** Adds an entry as the newest and drops the oldest beyond the limit. */
  add(key: Key, entry: Entry, bytes: number): void {
    this.#entries.set(key, { entry, bytes });
    this.#bytes += bytes;
    this.#trim();
  }

  /** Replaces an entry in its place; does nothing when it is no longer kept. */
  update(key: Key, entry: Entry, bytes: number): void {
    const old = this.#entries.get(key);
    if (old === undefined) {
      return;
    }
    this.#entries.set(key, { entry, bytes });
    this.#bytes += bytes - old.bytes;
    this.#trim();
  }

  clear(): void {
    this.#entries.clear();
    this.#bytes = 0;
  }

  #trim(): void {
    for (const [key, { bytes }] of this.#entries) {
      if (this.#entries.size <= this.limit.entries && this.#bytes <= this.limit.bytes) {
        return;
      }
      this.#entries.delete(key);
      this.#bytes -= bytes;
    }
  }
}
