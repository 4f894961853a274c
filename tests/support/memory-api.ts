import type { Deletion, WebhooksApi } from "../../provider/src/up42/api";
import type { TestRun, WebhookEvent } from "../../provider/src/up42/model";
import type { RemoteWebhook, WebhookSpec } from "../../provider/src/up42/webhook";

/** UP42's webhooks API in memory, for tests of what stands above it. Every call is noted; any can be made to fail. */
export class MemoryApi implements WebhooksApi {
  readonly attemptTimeoutMs: number = 100;
  readonly maxRetries: number = 3;
  readonly clockOffsetMs: number = 0;
  readonly calls: string[] = [];
  readonly concealed = new Set<string>();
  readonly webhooks = new Map<string, RemoteWebhook>();
  /** What the `tests` endpoint answers, in order; the last one repeats. */
  testRuns: TestRun[] = [];
  /** Called before each call; may throw instead of it. */
  fault: (call: string) => void | Promise<void> = () => undefined;
  #ids = 0;

  add(webhook: Partial<RemoteWebhook> = {}): RemoteWebhook {
    this.#ids += 1;
    const at = new Date(1_700_000_000_000 + this.#ids * 1000).toISOString();
    const added: RemoteWebhook = {
      id: `id-${this.#ids}`,
      name: "alerts",
      url: "https://example.com/up42",
      events: ["order.status"],
      active: true,
      createdAt: at,
      updatedAt: at,
      ...webhook,
    };
    this.webhooks.set(added.id, added);
    return added;
  }

  conceal(secret: string | undefined): void {
    if (secret !== undefined) {
      this.concealed.add(secret);
    }
  }

  redact(text: string): string {
    return text;
  }

  /** How often an operation was called. */
  count(operation: string): number {
    return this.calls.filter((call) => call.split(" ")[0] === operation).length;
  }

  async login(): Promise<void> {
    await this.#note("login");
  }

  async ownWorkspaceId(): Promise<string> {
    await this.#note("userinfo");
    return "own-workspace";
  }

  async listEvents(): Promise<readonly WebhookEvent[]> {
    await this.#note("events");
    return ["job.status", "order.status"].map((name) => ({
      name,
      title: name,
      category: "",
      description: "",
      documentation: "",
    }));
  }

  async listWebhooks(): Promise<readonly RemoteWebhook[]> {
    await this.#note("list");
    return [...this.webhooks.values()];
  }

  async getWebhook(_workspaceId: string, id: string): Promise<RemoteWebhook | undefined> {
    await this.#note(`get ${id}`);
    return this.webhooks.get(id);
  }

  async createWebhook(_workspaceId: string, spec: WebhookSpec): Promise<RemoteWebhook> {
    await this.#note("create");
    return this.add(spec);
  }

  async updateWebhook(
    _workspaceId: string,
    id: string,
    spec: WebhookSpec,
  ): Promise<RemoteWebhook | undefined> {
    await this.#note(`update ${id}`);
    const webhook = this.webhooks.get(id);
    return webhook === undefined
      ? undefined
      : this.add({ ...webhook, ...spec, updatedAt: "2030-01-01T00:00:00Z" });
  }

  async deleteWebhook(_workspaceId: string, id: string): Promise<Deletion> {
    await this.#note(`delete ${id}`);
    return this.webhooks.delete(id) ? "deleted" : "missing";
  }

  async testWebhook(
    _workspaceId: string,
    id: string,
    eventNames: readonly string[],
  ): Promise<TestRun | undefined> {
    await this.#note(`test ${id} ${eventNames.join(",")}`);
    return this.testRuns.length > 1 ? this.testRuns.shift() : this.testRuns[0];
  }

  async #note(call: string): Promise<void> {
    this.calls.push(call);
    await this.fault(call);
  }
}
