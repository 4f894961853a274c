import * as v from "valibot";
import { Calls } from "./calls";
import { Declarations } from "./declarations";
import { ALONE, type SharedLog } from "./shared-log";
import { isLater, sameTime } from "./webhook/compare";
import type { WebhookState } from "./webhook/fields";

const claimSchema = v.object({ id: v.string(), updatedAt: v.string() });

/** A webhook as one state entry last saw it. */
type Claim = v.InferOutput<typeof claimSchema>;

/** What has become of a claim. */
export const changeSchema = v.variant("kind", [
  v.object({ kind: v.picklist(["add", "adopt", "lose", "leave", "remove"]), ...claimSchema.entries }),
  v.object({ kind: v.literal("moved"), ...claimSchema.entries, before: v.string() }),
]);

type Change = v.InferOutput<typeof changeSchema>;

/**
 * Which webhooks belong to the resources that this process has met, in every account, and those of the engine's other
 * processes. The engine hands over a state entry without its name, so an entry is known by what it last saw: two
 * entries with one webhook differ in it, since each adoption changes the webhook.
 */
export class Claims {
  /** What the claims come from. */
  readonly calls: Calls;
  /** What the program declares. */
  readonly declarations: Declarations;
  /** The webhooks of resources that stay in the program, and have not changed in it, by id. */
  readonly unchanged = new Map<string, WebhookState>();
  readonly #log: SharedLog<Change>;
  /** What this process has added to the log. */
  readonly #added = new Set<string>();
  readonly #updatedAt = new Map<string, Set<string>>();
  readonly #adopted = new Map<string, string>();
  /** Webhooks whose entries are being deleted: their claims end with them. */
  readonly #leaving: Claim[] = [];

  /** @param log The claims of the engine's other processes. */
  constructor(log: SharedLog<Change> = ALONE, calls = new Calls(), declarations = new Declarations()) {
    this.#log = log;
    this.calls = calls;
    this.declarations = declarations;
  }

  /** Says that an entry which stays in the program has this webhook. */
  add({ id, updatedAt }: Claim): void {
    this.#hear();
    const claim = `${id} ${updatedAt}`;
    // A refresh says it twice: in read, and in diff.
    const isKnown = this.#added.has(claim) && this.#updatedAt.get(id)?.has(updatedAt) === true;
    if (!isKnown) {
      this.#added.add(claim);
      this.#share({ kind: "add", id, updatedAt });
    }
  }

  /** Says that the entry which saw `before` has written the webhook itself. */
  moved(before: Claim, updatedAt: string): void {
    this.#change({ kind: "moved", id: before.id, before: before.updatedAt, updatedAt });
  }

  /** Says that an entry has just adopted this webhook. */
  adopt({ id, updatedAt }: Claim): void {
    this.#change({ kind: "adopt", id, updatedAt });
  }

  /** Says that the entry which had this webhook leaves it to another one. */
  lose({ id, updatedAt }: Claim): void {
    this.#change({ kind: "lose", id, updatedAt });
  }

  /** Says that the entry which has this webhook is being deleted. */
  leave({ id, updatedAt }: Claim): void {
    this.#change({ kind: "leave", id, updatedAt });
  }

  /** Says that the webhook is gone. */
  remove(id: string): void {
    this.#change({ kind: "remove", id, updatedAt: "" });
  }

  /** Whether an entry that is being deleted knows the webhook as it was at this time. */
  isLeftAs({ id, updatedAt }: Claim): boolean {
    this.#hear();
    return this.#leaving.some((claim) => claim.id === id && sameTime(claim.updatedAt, updatedAt));
  }

  has(id: string): boolean {
    this.#hear();
    return this.#updatedAt.has(id);
  }

  /**
   * Whether an entry last saw the webhook later than this one did: it has adopted it since. That holds no matter how the
   * webhook is now, since a write may arrive late and change it once more.
   */
  isKnownLater({ id, updatedAt }: Claim): boolean {
    this.#hear();
    return [...(this.#updatedAt.get(id) ?? [])].some((known) => isLater(known, updatedAt));
  }

  /** Whether other entries have this webhook, and all of them last saw it earlier than this one did. */
  isAheadOfOthers({ id, updatedAt }: Claim): boolean {
    this.#hear();
    const others = [...(this.#updatedAt.get(id) ?? [])].filter((known) => !sameTime(known, updatedAt));
    return others.length > 0 && others.every((known) => isLater(updatedAt, known));
  }

  /** Whether the webhook was adopted for another entry than the one that last saw `updatedAt`. */
  isAdopted({ id, updatedAt }: Claim): boolean {
    this.#hear();
    const adoptedAs = this.#adopted.get(id);
    return adoptedAs !== undefined && !sameTime(adoptedAs, updatedAt);
  }

  /** Whether an entry other than the one that last saw `updatedAt` has this webhook. */
  hasOther(claim: Claim): boolean {
    this.#hear();
    const known = [...(this.#updatedAt.get(claim.id) ?? [])];
    return known.some((updatedAt) => !sameTime(updatedAt, claim.updatedAt)) || this.isAdopted(claim);
  }

  #change(change: Change): void {
    // In the order in which they came.
    this.#hear();
    this.#share(change);
  }

  #share(change: Change): void {
    this.#apply(change);
    this.#log.append(change);
  }

  #hear(): void {
    for (const { entry } of this.#log.news()) {
      this.#apply(entry);
    }
  }

  #apply(change: Change): void {
    const { kind, id, updatedAt } = change;
    if (kind === "remove") {
      this.#updatedAt.delete(id);
      this.#adopted.delete(id);
      return;
    }
    if (kind === "leave") {
      this.#leaving.push({ id, updatedAt });
      return;
    }
    const known = this.#updatedAt.get(id) ?? new Set();
    if (kind === "lose") {
      known.delete(updatedAt);
      return;
    }
    if (kind === "moved") {
      known.delete(change.before);
    }
    if (kind === "adopt" || (kind === "moved" && this.#adopted.get(id) === change.before)) {
      this.#adopted.set(id, updatedAt);
    }
    this.#updatedAt.set(id, known.add(updatedAt));
  }
}
