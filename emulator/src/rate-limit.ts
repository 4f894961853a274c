/** As UP42 published it in 2021: bursts to 500 requests at a rate of 100. */
const BURST_FACTOR = 5;
/** As many addresses are watched; the one that was seen first is forgotten. */
const ADDRESSES = 10_000;

interface Bucket {
  readonly left: number;
  /** Milliseconds. */
  readonly at: number;
}

/** A limit of requests for each address: a token bucket. */
export class RateLimit {
  readonly #buckets = new Map<string, Bucket>();

  /** @param now The clock, in milliseconds. */
  constructor(
    readonly perSecond: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Whether an address may send a request now; if so, it is counted. */
  admit(address: string): boolean {
    const at = this.now();
    const capacity = this.perSecond * BURST_FACTOR;
    const bucket = this.#buckets.get(address) ?? { left: capacity, at };
    const left = Math.min(capacity, bucket.left + ((at - bucket.at) / 1000) * this.perSecond);
    const admitted = left >= 1;
    this.#buckets.set(address, { left: admitted ? left - 1 : left, at });
    const [first] = this.#buckets.keys();
    if (this.#buckets.size > ADDRESSES && first !== undefined) {
      this.#buckets.delete(first);
    }
    return admitted;
  }
}
