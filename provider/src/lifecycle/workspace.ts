import { setTimeout } from "node:timers/promises";
import type { WebhooksApi } from "../up42/api";
import { Up42Error } from "../up42/errors";
import { Deadline, type Operation } from "../up42/operation";
import { waitFor } from "../up42/waiting";
import type { RemoteWebhook, WebhookSpec } from "../up42/webhook";
import type { Claims } from "./claims";
import { KeyedLock } from "./keyed-lock";
import { isLater } from "./webhook/compare";

type Webhooks = ReadonlyMap<string, RemoteWebhook>;

/** So many reads are single requests; more are served from one list. */
const SINGLE_READS = 3;
/** The age up to which a list serves reads. */
const READ_LIST_MS = 10_000;
/** The age up to which a list serves deletes: an update of thousands of resources takes minutes. */
const DELETE_LIST_MS = 300_000;
/** A new webhook may be missing in UP42's answers for this long. */
const LONGEST_LAG_MS = 20_000;
const FIRST_PAUSE_MS = 200;

interface Snapshot {
  readonly startedAt: number;
  readonly webhooks: Promise<Webhooks>;
}

/**
 * What this process knows of one workspace: the webhooks that were there before it did anything, and a list that
 * serves many reads and deletes. Our own writes are applied to lists, since a list may not have them yet.
 */
export class Workspace {
  /** What this process creates, or has failed to create: it explains new webhooks in a list. */
  readonly creating = new Set<WebhookSpec>();
  /** Runs creates of the same name and URL one after the other. */
  readonly createLock = new KeyedLock();
  readonly #writes = new Map<string, { readonly at: number; readonly webhook: RemoteWebhook | undefined }>();
  readonly #singles = new Map<string, RemoteWebhook>();
  #reads = 0;
  #before: Promise<Webhooks> | undefined;
  #snapshot: Snapshot | undefined;
  /** A list that failed, or leaves out what a single GET has, is not tried again. */
  #listIsUsable = true;

  constructor(
    readonly api: WebhooksApi,
    readonly id: string,
    readonly claims: Claims,
  ) {}

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
   * The webhooks that were there before this process created any, less those it deleted: what was not among them is
   * new. One request serves all that wait for it.
   */
  async before(operation: Operation): Promise<Webhooks> {
    this.#before ??= this.#takeSnapshot(operation).webhooks.catch((error: unknown) => {
      this.#before = undefined;
      throw error;
    });
    const remaining = new Map(await waitFor(this.#before, operation, "listing the workspace"));
    for (const [id, { webhook }] of this.#writes) {
      if (remaining.has(id)) {
        keep(remaining, id, webhook);
      }
    }
    return remaining;
  }

  /** One webhook as it is now; undefined when it is gone for certain. */
  async read(id: string, createdAt: string, operation: Operation): Promise<RemoteWebhook | undefined> {
    this.#reads += 1;
    return (
      (await this.#readFromList(id, operation)) ??
      (await this.#readSingle(id, operation)) ??
      (await this.confirmGone(id, createdAt, operation))
    );
  }

  /**
   * A second look at a webhook that UP42 says it does not have: a list, read well, decides. While the webhook is so
   * new that UP42 may not show it everywhere yet, it looks again.
   *
   * @returns the webhook after all, or undefined: it is gone.
   */
  async confirmGone(id: string, createdAt: string, operation: Operation): Promise<RemoteWebhook | undefined> {
    const lagUntil = this.#lagUntil(createdAt);
    const known = this.#snapshot;
    if (known !== undefined && isYoung(known, READ_LIST_MS) && lagUntil <= known.startedAt) {
      const webhooks = await waitFor(known.webhooks, operation, "listing the workspace");
      if (this.#written(id, webhooks, known.startedAt) === undefined) {
        return undefined;
      }
    }
    for (let pause = FIRST_PAUSE_MS; ; pause *= 2) {
      const { webhooks, startedAt } = this.#takeSnapshot(operation);
      const listed = await waitFor(webhooks, operation, "listing the workspace");
      const webhook = this.#written(id, listed, startedAt);
      // A list that was asked for earlier may lack it for its age.
      if (webhook !== undefined || startedAt >= lagUntil) {
        return webhook;
      }
      const reason = "UP42 does not show it, which may be because it is new";
      const remaining = operation.deadline.remainingMs;
      if (remaining === 0) {
        throw new Up42Error(reason, { nextStep: "Run the command again" });
      }
      operation.report(`${reason}; looking again`);
      await setTimeout(Math.min(pause, remaining, Math.max(0, lagUntil - Date.now())));
    }
  }

  /** How a webhook stands before it is deleted, from a list that serves all deletes of a command. */
  async beforeDelete(id: string, operation: Operation): Promise<RemoteWebhook | undefined> {
    const known = this.#snapshot;
    const snapshot =
      known !== undefined && isYoung(known, DELETE_LIST_MS) ? known : this.#takeSnapshot(operation);
    const webhooks = await waitFor(snapshot.webhooks, operation, "listing the workspace");
    return this.#written(id, webhooks, snapshot.startedAt);
  }

  /** Asks UP42 for one webhook, whatever the lists say. */
  async look(id: string, operation: Operation): Promise<RemoteWebhook | undefined> {
    return await this.#readSingle(id, operation);
  }

  /** What this process wrote or read last of a webhook, without a request. */
  known(id: string): RemoteWebhook | undefined {
    return this.#writes.get(id)?.webhook ?? this.#singles.get(id);
  }

  /** Remembers a webhook that this process created. */
  created(webhook: RemoteWebhook): void {
    this.claims.add(webhook);
    this.#remember(webhook.id, webhook);
  }

  /** Remembers how this process changed a webhook. */
  changed(webhook: RemoteWebhook): void {
    this.#remember(webhook.id, webhook);
  }

  /** Whether this process has deleted the webhook. */
  isForgotten(id: string): boolean {
    return this.#writes.has(id) && this.#writes.get(id)?.webhook === undefined;
  }

  /** Remembers that a webhook is gone. */
  forget(id: string): void {
    this.claims.remove(id);
    this.#remember(id, undefined);
  }

  /** The point in time, on this machine's clock, until which a webhook of this age may be missing in answers. */
  #lagUntil(createdAt: string): number {
    const created = Date.parse(createdAt);
    const lag = Math.min(LONGEST_LAG_MS, this.api.attemptTimeoutMs);
    return Number.isNaN(created) ? 0 : Math.min(created - this.api.clockOffsetMs, Date.now()) + lag;
  }

  async #readSingle(id: string, operation: Operation): Promise<RemoteWebhook | undefined> {
    const webhook = await this.api.getWebhook(this.id, id, operation);
    if (webhook !== undefined) {
      this.#singles.set(id, webhook);
    }
    return webhook;
  }

  async #readFromList(id: string, operation: Operation): Promise<RemoteWebhook | undefined> {
    const known = this.#snapshot;
    const isFresh = known !== undefined && isYoung(known, READ_LIST_MS);
    if (!this.#listIsUsable || (!isFresh && this.#reads <= SINGLE_READS)) {
      return undefined;
    }
    // Half of the time, so that single GETs remain possible when the list fails.
    const listing = { ...operation, deadline: new Deadline(operation.deadline.remainingMs / 2) };
    const snapshot = isFresh ? known : this.#takeSnapshot(listing);
    try {
      const webhooks = await waitFor(snapshot.webhooks, listing, "listing the workspace");
      this.#listIsUsable = !this.#showsLess(webhooks);
      return this.#listIsUsable ? this.#written(id, webhooks, snapshot.startedAt) : undefined;
    } catch (error) {
      if (!(error instanceof Up42Error)) {
        throw error;
      }
      this.#listIsUsable = false;
      operation.report(
        `the workspace cannot be listed, so its webhooks are read one by one: ${error.message}`,
      );
      return undefined;
    }
  }

  /** A list serves many operations, so it has a time of its own. */
  #takeSnapshot({ report, deadline }: Operation): Snapshot {
    const time = Math.max(deadline.remainingMs, 4 * this.api.attemptTimeoutMs);
    const webhooks = this.list({ report, deadline: new Deadline(time) });
    // Each operation that waits for it reports the failure; without one, nobody needs to know.
    webhooks.catch(() => undefined);
    this.#snapshot = { startedAt: Date.now(), webhooks };
    return this.#snapshot;
  }

  /** One of the webhooks as it is since our own writes; nothing is copied, since a list may serve thousands of reads. */
  #written(id: string, webhooks: Webhooks, since: number): RemoteWebhook | undefined {
    const write = this.#writes.get(id);
    const listed = webhooks.get(id);
    const isNewer =
      write !== undefined && (write.at >= since || isLater(write.webhook?.updatedAt, listed?.updatedAt));
    return isNewer ? write.webhook : listed;
  }

  /** Whether the list leaves out secrets that single GETs have. */
  #showsLess(webhooks: Webhooks): boolean {
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

function isYoung({ startedAt }: Snapshot, milliseconds: number): boolean {
  return Date.now() - startedAt < milliseconds;
}

function keep(webhooks: Map<string, RemoteWebhook>, id: string, webhook: RemoteWebhook | undefined): void {
  if (webhook === undefined) {
    webhooks.delete(id);
  } else {
    webhooks.set(id, webhook);
  }
}
