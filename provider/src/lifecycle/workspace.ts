import type { WebhooksApi } from "../up42/api";
import { Up42Error } from "../up42/errors";
import type { RemoteWebhook, WebhookSpec } from "../up42/model";
import { Deadline, type Operation } from "../up42/operation";
import { sameIdentity } from "./webhook/compare";

type Webhooks = ReadonlyMap<string, RemoteWebhook>;

/** So many reads are asked one by one; more are served from one list. */
const SINGLE_READS = 3;
/** So often a delete is tried of a webhook that UP42 says is gone and yet shows. */
const MOST_DELETES = 2;
/** How old a list may be to serve a read. */
const SNAPSHOT_MS = 10_000;

interface Snapshot {
  readonly startedAt: number;
  readonly webhooks: Promise<Webhooks>;
}

/**
 * What this process knows of one workspace: the webhooks that were there before it did anything, those that belong
 * to a resource, and a list that serves many reads. Lists are kept up to date by our own writes, since those may
 * not be in one that was asked for earlier.
 */
export class Workspace {
  readonly #writes = new Map<string, { readonly at: number; readonly webhook: RemoteWebhook | undefined }>();
  readonly #managed = new Set<string>();
  readonly #taken = new Set<string>();
  readonly #singles = new Map<string, RemoteWebhook>();
  #reads = 0;
  #before: Promise<Webhooks> | undefined;
  #snapshot: Snapshot | undefined;
  /** A list that failed, or tells less than a single GET, is not tried again. */
  #listIsUsable = true;

  constructor(
    readonly api: WebhooksApi,
    readonly id: string,
  ) {}

  /** Says that a webhook belongs to a resource of this program. */
  manage(id: string): void {
    this.#managed.add(id);
  }

  isManaged(id: string): boolean {
    return this.#managed.has(id);
  }

  /** Says that a resource took over a webhook that was there. */
  take(id: string): void {
    this.#taken.add(id);
  }

  isTaken(id: string): boolean {
    return this.#taken.has(id);
  }

  /** Asks UP42 for all webhooks, now. */
  async list(operation: Operation): Promise<Webhooks> {
    const startedAt = Date.now();
    const webhooks = new Map((await this.api.listWebhooks(this.id, operation)).map((one) => [one.id, one]));
    for (const [id, write] of this.#writes) {
      if (write.at >= startedAt) {
        keep(webhooks, id, write.webhook);
      }
    }
    return webhooks;
  }

  /**
   * The webhooks that were there before this process created any, less those it deleted. Asked for once: it is
   * what tells a webhook of ours from one that merely looks like it.
   */
  async before(operation: Operation): Promise<Webhooks> {
    this.#before ??= this.#takeSnapshot(operation).webhooks.catch((error: unknown) => {
      this.#before = undefined;
      throw error;
    });
    const remaining = new Map(await this.#before);
    for (const [id, { webhook }] of this.#writes) {
      if (remaining.has(id)) {
        keep(remaining, id, webhook);
      }
    }
    return remaining;
  }

  /** The webhooks with this name and URL that were there before. */
  async twinsBefore(
    spec: Pick<WebhookSpec, "name" | "url">,
    operation: Operation,
  ): Promise<readonly RemoteWebhook[]> {
    return [...(await this.before(operation)).values()].filter((one) => sameIdentity(one, spec));
  }

  /** One webhook as it is now; undefined when UP42 does not have it. */
  async read(id: string, operation: Operation): Promise<RemoteWebhook | undefined> {
    this.manage(id);
    this.#reads += 1;
    // What a list lacks may still be there: only a single GET is proof.
    return (await this.#readFromList(id, operation)) ?? (await this.#readSingle(id, operation));
  }

  async create(spec: WebhookSpec, operation: Operation): Promise<RemoteWebhook> {
    return await this.api.createWebhook(this.id, spec, operation);
  }

  /** Remembers a webhook that was created by us, or taken over. */
  created(webhook: RemoteWebhook): void {
    this.manage(webhook.id);
    this.#remember(webhook.id, webhook);
  }

  async update(id: string, spec: WebhookSpec, operation: Operation): Promise<RemoteWebhook | undefined> {
    this.manage(id);
    const updated = await this.api.updateWebhook(this.id, id, spec, operation);
    this.#remember(id, updated);
    return updated;
  }

  /** Whether it was there. As with a read, one that is believed to be gone must really be: that takes two answers. */
  async delete(id: string, operation: Operation): Promise<boolean> {
    for (let tries = 1; tries <= MOST_DELETES; tries += 1) {
      const wasThere = await this.api.deleteWebhook(this.id, id, operation);
      if (wasThere || (await this.api.getWebhook(this.id, id, operation)) === undefined) {
        this.#remember(id, undefined);
        return wasThere;
      }
    }
    throw new Up42Error(
      `Could not ${operation.what}: UP42 says that it does not exist, and yet shows it. Run the command again; if it ` +
        `stays like this, delete the webhook at UP42 and run \`pulumi refresh\`.`,
    );
  }

  async #readSingle(id: string, operation: Operation): Promise<RemoteWebhook | undefined> {
    // Whoever believes that it is gone forgets it, though it may still send: that takes two answers.
    const ask = async () => await this.api.getWebhook(this.id, id, operation);
    const webhook = (await ask()) ?? (await ask());
    if (webhook !== undefined) {
      this.#singles.set(id, webhook);
    }
    return webhook;
  }

  async #readFromList(id: string, operation: Operation): Promise<RemoteWebhook | undefined> {
    const fresh = this.#snapshot !== undefined && Date.now() - this.#snapshot.startedAt < SNAPSHOT_MS;
    if (!this.#listIsUsable || (!fresh && this.#reads <= SINGLE_READS)) {
      return undefined;
    }
    // Half of the time, so that single GETs remain possible when the list fails.
    const listing = { ...operation, deadline: new Deadline(operation.deadline.remainingMs / 2) };
    const snapshot = fresh && this.#snapshot !== undefined ? this.#snapshot : this.#takeSnapshot(listing);
    try {
      const webhooks = await snapshot.webhooks;
      this.#listIsUsable = !this.#tellsLess(webhooks);
      return this.#listIsUsable ? this.#written(id, webhooks, snapshot.startedAt) : undefined;
    } catch (error) {
      if (!(error instanceof Up42Error)) {
        throw error;
      }
      this.#listIsUsable = false;
      operation.report(
        `Could not list workspace ${this.id}, reading its webhooks one by one: ${error.message}`,
      );
      return undefined;
    }
  }

  #takeSnapshot(operation: Operation): Snapshot {
    this.#snapshot = { startedAt: Date.now(), webhooks: this.list(operation) };
    return this.#snapshot;
  }

  /** One of the webhooks as it is since our own writes; nothing is copied, since a list may serve thousands of reads. */
  #written(id: string, webhooks: Webhooks, since: number): RemoteWebhook | undefined {
    const write = this.#writes.get(id);
    return write !== undefined && write.at >= since ? write.webhook : webhooks.get(id);
  }

  /** Whether the list leaves out secrets that single GETs told. */
  #tellsLess(webhooks: Webhooks): boolean {
    return [...this.#singles.values()].some(
      (single) =>
        single.secret !== undefined &&
        webhooks.has(single.id) &&
        webhooks.get(single.id)?.secret === undefined,
    );
  }

  #remember(id: string, webhook: RemoteWebhook | undefined): void {
    this.#writes.set(id, { at: Date.now(), webhook });
  }
}

function keep(webhooks: Map<string, RemoteWebhook>, id: string, webhook: RemoteWebhook | undefined): void {
  if (webhook === undefined) {
    webhooks.delete(id);
  } else {
    webhooks.set(id, webhook);
  }
}
