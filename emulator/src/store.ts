import { randomUUID } from "node:crypto";
import { readDataFile, writeDataFile } from "./data-file";
import type { StoredWebhook, WebhookBody } from "./model";
import { timestamp } from "./time";

/**
 * The webhooks of all workspaces, in the order of their creation. With a data file, a change is on disk before
 * it is visible, so what a client has seen survives any end of the process.
 */
export class WebhookStore {
  readonly #webhooks: Map<string, StoredWebhook>;

  /** @throws Error when the data file can't be read or written. */
  constructor(private readonly dataFile?: string) {
    const webhooks = dataFile === undefined ? [] : readDataFile(dataFile);
    this.#webhooks = new Map(webhooks.map((webhook) => [webhook.id, webhook]));
    // Whether it can be written shows at once, not with the first webhook.
    this.#write(this.#webhooks.values());
  }

  /** The webhooks of one workspace, or of all. */
  list(workspaceId?: string): StoredWebhook[] {
    const all = [...this.#webhooks.values()];
    return workspaceId === undefined ? all : all.filter((webhook) => webhook.workspaceId === workspaceId);
  }

  get(workspaceId: string, id: string): StoredWebhook | undefined {
    const webhook = this.#webhooks.get(id.toLowerCase());
    return webhook?.workspaceId === workspaceId ? webhook : undefined;
  }

  /** @param id A UUID in lower case. Default: a random one. */
  create(workspaceId: string, body: WebhookBody, id: string = randomUUID()): StoredWebhook {
    const now = timestamp();
    return this.#put({ ...content(body), id, workspaceId, createdAt: now, updatedAt: now });
  }

  /** Puts a new content in the place of the old one; what the body leaves out goes back to its default. */
  replace({ id, workspaceId, createdAt }: StoredWebhook, body: WebhookBody): StoredWebhook {
    return this.#put({ ...content(body), id, workspaceId, createdAt, updatedAt: timestamp() });
  }

  delete({ id }: StoredWebhook): void {
    if (this.dataFile !== undefined) {
      this.#write(this.list().filter((webhook) => webhook.id !== id));
    }
    this.#webhooks.delete(id);
  }

  #put(webhook: StoredWebhook): StoredWebhook {
    if (this.dataFile !== undefined) {
      this.#write(new Map(this.#webhooks).set(webhook.id, webhook).values());
    }
    this.#webhooks.set(webhook.id, webhook);
    return webhook;
  }

  #write(webhooks: Iterable<StoredWebhook>): void {
    if (this.dataFile !== undefined) {
      writeDataFile(this.dataFile, [...webhooks]);
    }
  }
}

function content({ events, name, url, secret, active = false }: WebhookBody) {
  return { events: [...events], name, url, secret: secret ?? "", active };
}
