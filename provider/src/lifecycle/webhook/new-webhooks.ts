import type { Operation } from "../../up42/operation";
import type { RemoteWebhook, WebhookSpec } from "../../up42/webhook";
import type { Workspace } from "../workspace";
import { type Identity, isConcealed, sameIdentity, similarNames, similarUrls } from "./compare";

/** The clocks of HTTP's `Date` header count seconds. */
const CLOCK_TOLERANCE_MS = 2_000;

/** The webhooks that UP42 has got since a create began: which of them may be what it created, and which are. */
export class NewWebhooks {
  readonly #startedAt = Date.now();

  /** @param before What was there when the create began. */
  constructor(
    private readonly workspace: Workspace,
    private readonly spec: WebhookSpec,
    private readonly before: ReadonlyMap<string, RemoteWebhook>,
  ) {}

  /** New webhooks that share the name or the URL, and that no other resource or create of this process explains. */
  async unexplained(operation: Operation): Promise<readonly RemoteWebhook[]> {
    const now = await this.workspace.list(operation);
    return [...now.values()]
      .filter((one) => this.isNew(one) && sharesNameOrUrl(one, this.spec) && !this.#isExplained(one))
      .sort((a, b) => a.createdAt.localeCompare(b.createdAt));
  }

  isNew({ id }: RemoteWebhook): boolean {
    return !this.before.has(id) && !this.workspace.claims.has(id) && !this.workspace.isForgotten(id);
  }

  /** Whether another create has asked for exactly this one. */
  #isExplained(webhook: RemoteWebhook): boolean {
    return !sameIdentity(webhook, this.spec) && this.#others.some((one) => sameIdentity(webhook, one));
  }

  /** Whether it may be what another create has asked for, however UP42 spells it. */
  mayBeAnothers(webhook: RemoteWebhook): boolean {
    return this.#others.some((one) => sharesNameOrUrl(webhook, one));
  }

  /** What else this process creates, or has failed to create. */
  get #others(): readonly WebhookSpec[] {
    return [...this.workspace.creating].filter((one) => one !== this.spec);
  }

  /** Our secret in clear, in a webhook that was created since we began: no other stack knows it. */
  isProvablyOurs(webhook: RemoteWebhook): boolean {
    const { secret } = this.spec;
    const createdAt = Date.parse(webhook.createdAt) - this.workspace.api.clockOffsetMs;
    const isInTime = Number.isNaN(createdAt) || createdAt >= this.#startedAt - CLOCK_TOLERANCE_MS;
    return secret !== undefined && !isConcealed(secret) && webhook.secret === secret && isInTime;
  }
}

/** Whether they share the name or the URL, as far as UP42 respells them. */
export function sharesNameOrUrl(a: Identity, b: Identity): boolean {
  return similarNames(a.name, b.name) || similarUrls(a.url, b.url);
}
