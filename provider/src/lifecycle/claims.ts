import { setTimeout } from "node:timers/promises";
import { sameTime } from "./webhook/compare";

/** The engine hands over all resources of a command within this time, unless they wait for each other. */
const QUIET_MS = 2_000;
const LONGEST_WAIT_MS = 15_000;

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
  readonly #updatedAt = new Map<string, Set<string>>();
  readonly #adopted = new Map<string, string>();
  /** Webhooks whose entries are being deleted: their claims end with them. */
  readonly #leaving: Claim[] = [];
  #lastCall = 0;

  /** Notes that the engine called: more calls may follow at once. */
  touch(): void {
    this.#lastCall = Date.now();
  }

  /** Says that an entry which stays in the program has this webhook. */
  add({ id, updatedAt }: Claim): void {
    const known = this.#updatedAt.get(id) ?? new Set();
    this.#updatedAt.set(id, known.add(updatedAt));
  }

  /** Says that the entry which saw `before` has written the webhook itself. */
  moved(before: Claim, updatedAt: string): void {
    this.#updatedAt.get(before.id)?.delete(before.updatedAt);
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

  /** Waits until the engine has handed over the resources that it is going to hand over now. */
  async settled(): Promise<void> {
    const latest = Date.now() + LONGEST_WAIT_MS;
    for (;;) {
      const remaining = Math.min(this.#lastCall + QUIET_MS, latest) - Date.now();
      if (remaining <= 0) {
        return;
      }
      await setTimeout(remaining);
    }
  }
}
