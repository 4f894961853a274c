import { Calls } from "./calls";
import { sameTime } from "./webhook/compare";

/** A webhook as one state entry last saw it. */
interface Claim {
  readonly id: string;
  readonly updatedAt: string;
}

/**
 * Which webhooks belong to the resources that this process has met, in every account. The engine hands over a state
 * entry without its name, so an entry is known by what it last saw: two entries with one webhook differ in it, since
 * each adoption changes the webhook.
 */
export class Claims {
  /** What the claims come from. */
  readonly calls = new Calls();
  readonly #updatedAt = new Map<string, Set<string>>();
  readonly #adopted = new Map<string, string>();
  /** Webhooks whose entries are being deleted: their claims end with them. */
  readonly #leaving: Claim[] = [];

  /** Says that an entry which stays in the program has this webhook. */
  add({ id, updatedAt }: Claim): void {
    const known = this.#updatedAt.get(id) ?? new Set();
    this.#updatedAt.set(id, known.add(updatedAt));
  }

  /** Says that the entry which saw `before` has written the webhook itself. */
  moved(before: Claim, updatedAt: string): void {
    this.#updatedAt.get(before.id)?.delete(before.updatedAt);
    if (this.#adopted.get(before.id) === before.updatedAt) {
      this.#adopted.set(before.id, updatedAt);
    }
    this.add({ id: before.id, updatedAt });
  }

  /** Says that an entry has just adopted this webhook. */
  adopt(claim: Claim): void {
    this.#adopted.set(claim.id, claim.updatedAt);
    this.add(claim);
  }

  /** Says that the entry which has this webhook is being deleted. */
  leave(claim: Claim): void {
    this.#leaving.push(claim);
  }

  /** Whether an entry that is being deleted knows the webhook as it was at this time. */
  isLeftAs({ id, updatedAt }: Claim): boolean {
    return this.#leaving.some((claim) => claim.id === id && sameTime(claim.updatedAt, updatedAt));
  }

  remove(id: string): void {
    this.#updatedAt.delete(id);
    this.#adopted.delete(id);
  }

  has(id: string): boolean {
    return this.#updatedAt.has(id);
  }

  /** Whether an entry knows the webhook as it was at this time. */
  isKnownAs({ id, updatedAt }: Claim): boolean {
    return [...(this.#updatedAt.get(id) ?? [])].some((known) => sameTime(known, updatedAt));
  }

  /** Whether this process has adopted the webhook for another entry than the one that last saw `updatedAt`. */
  isAdopted({ id, updatedAt }: Claim): boolean {
    const adoptedAs = this.#adopted.get(id);
    return adoptedAs !== undefined && !sameTime(adoptedAs, updatedAt);
  }

  /** Whether an entry other than the one that last saw `updatedAt` has this webhook. */
  hasOther(claim: Claim): boolean {
    const known = [...(this.#updatedAt.get(claim.id) ?? [])];
    return known.some((updatedAt) => !sameTime(updatedAt, claim.updatedAt)) || this.isAdopted(claim);
  }
}
