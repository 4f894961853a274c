import { setTimeout } from "node:timers/promises";
import { LostAnswerError, messageOf, Up42Error } from "../../up42/errors";
import type { RemoteWebhook, WebhookSpec } from "../../up42/model";
import { Deadline, type Operation } from "../../up42/operation";
import type { Workspace } from "../workspace";
import { matchesSpec, sameUrl } from "./compare";

/** How long we look for a webhook whose POST went unanswered before we POST again; at the most. */
const LONGEST_SEARCH_MS = 5_000;
/** How long we look for a late twin after we POSTed again; at the most. */
const LONGEST_WATCH_MS = 10_000;
const FIRST_LOOK_MS = 200;
/** A look may take the time of so many attempts, even when the operation's own time is over. */
const LEAST_ATTEMPTS = 4;

/** A webhook was created, but a twin of it may exist and could not be removed. */
export class TwinError extends Up42Error {
  readonly created: RemoteWebhook;

  constructor(message: string, created: RemoteWebhook, options?: ErrorOptions) {
    super(message, options);
    this.created = created;
  }
}

/**
 * Creates one webhook, exactly one, although POST cannot be repeated safely. After an answer that was lost it looks
 * for a webhook that was not there before, belongs to no resource, and is in every field what was asked for: that
 * one is ours. Only when there is none does it ask again; and since the first request may still be carried out
 * late, it then watches for a twin and removes it.
 *
 * @throws TwinError when it was created, but perhaps not only once.
 * @throws Up42Error when it was not created, or nobody can tell; the message says which.
 */
export async function createOnce(
  workspace: Workspace,
  spec: WebhookSpec,
  operation: Operation,
): Promise<RemoteWebhook> {
  const before = await workspace.before(operation);
  return await new Creation(workspace, spec, operation, before).run();
}

class Creation {
  /** POSTs whose answer was lost and that have not been found to have created anything. */
  #unaccounted = 0;

  constructor(
    private readonly workspace: Workspace,
    private readonly spec: WebhookSpec,
    private readonly operation: Operation,
    private readonly before: ReadonlyMap<string, RemoteWebhook>,
  ) {}

  async run(): Promise<RemoteWebhook> {
    for (;;) {
      const created = await this.#attempt();
      if (created !== undefined) {
        this.workspace.created(created);
        await this.#removeTwins(created);
        return created;
      }
      this.#unaccounted += 1;
      this.#report(`it was not created; trying again (retry ${this.#unaccounted})`);
    }
  }

  /** Asks once. Undefined: the answer was lost, nothing was found, and there is time to ask again. */
  async #attempt(): Promise<RemoteWebhook | undefined> {
    try {
      return await this.#post();
    } catch (error) {
      if (!(error instanceof LostAnswerError)) {
        throw this.#unaccounted === 0 ? error : this.#uncertain(error);
      }
      this.#report(`${error.message}; looking whether it was created all the same`);
      const found = await this.#search(error);
      const mayRepeat =
        this.#unaccounted < this.workspace.api.maxRetries && this.operation.deadline.remainingMs > 0;
      if (found === undefined && !mayRepeat) {
        throw this.#uncertain(error);
      }
      return found;
    }
  }

  /** An answer about a webhook that we know already, or that is another one, answers another request. */
  async #post(): Promise<RemoteWebhook> {
    const webhook = await this.workspace.create(this.spec, this.operation);
    const isNew = !this.before.has(webhook.id) && !this.workspace.isManaged(webhook.id);
    if (!isNew || !(webhook.name === this.spec.name || sameUrl(webhook.url, this.spec.url))) {
      throw new LostAnswerError(`UP42 answered with another webhook (${webhook.id})`);
    }
    return webhook;
  }

  /** Looks for the webhook until it is there or has had its time; the operation's deadline may be over by then. */
  async #search(lostAnswer: LostAnswerError): Promise<RemoteWebhook | undefined> {
    const time = Math.min(LONGEST_SEARCH_MS, this.workspace.api.attemptTimeoutMs / 2);
    let found: RemoteWebhook | undefined;
    try {
      await lookFor(time, async () => {
        [found] = await this.#candidates();
        return found !== undefined;
      });
    } catch (error) {
      throw this.#uncertain(lostAnswer, error);
    }
    return found;
  }

  /** Watches for webhooks that earlier requests of ours may still bring about, and removes them. */
  async #removeTwins(created: RemoteWebhook): Promise<void> {
    if (this.#unaccounted === 0) {
      return;
    }
    this.#report(`created as ${created.id}; making sure that it is the only one`);
    try {
      await lookFor(Math.min(LONGEST_WATCH_MS, this.workspace.api.attemptTimeoutMs), async () => {
        for (const twin of (await this.#candidates()).slice(0, this.#unaccounted)) {
          await this.workspace.delete(twin.id, this.#extended());
          this.#unaccounted -= 1;
          this.#report(`removed ${twin.id}, which an earlier try had created late`);
        }
        return this.#unaccounted === 0;
      });
    } catch (error) {
      throw this.#twinError(created, error);
    }
  }

  async #candidates(): Promise<readonly RemoteWebhook[]> {
    const now = await this.workspace.list(this.#extended());
    return [...now.values()]
      .filter((one) => !this.before.has(one.id) && !this.workspace.isManaged(one.id))
      .filter((one) => matchesSpec(one, this.spec))
      .sort((a, b) => a.createdAt.localeCompare(b.createdAt));
  }

  /** What is needed to know where we stand may take longer than the operation itself: correctness goes first. */
  #extended(): Operation {
    const least = LEAST_ATTEMPTS * this.workspace.api.attemptTimeoutMs;
    return this.operation.deadline.remainingMs >= least
      ? this.operation
      : { ...this.operation, deadline: new Deadline(least) };
  }

  #report(line: string): void {
    this.operation.report(`${this.operation.what}: ${line}`);
  }

  #uncertain(error: unknown, searchError?: unknown): Up42Error {
    const searched =
      searchError === undefined
        ? "it was not found afterwards, but UP42 may still create it late"
        : `whether it was created could not be found out either (${messageOf(searchError)})`;
    return new Up42Error(
      `Could not ${this.operation.what}: UP42's answer was lost (${messageOf(error)}), and ${searched}. ` +
        `Nothing was recorded in the stack. A webhook named "${this.spec.name}" with URL ${this.spec.url} may exist in ` +
        `workspace ${this.workspace.id}: run \`pulumi up\` again, which looks for it first and tells its id if it is ` +
        `there (or takes it over, with ifExists: "adopt"). With ifExists: "create", look for it yourself first.`,
      { cause: error },
    );
  }

  #twinError(created: RemoteWebhook, error: unknown): TwinError {
    return new TwinError(
      `Webhook "${this.spec.name}" was created as ${created.id}, but an unanswered earlier try may have created it ` +
        `twice, and that could not be put right (${messageOf(error)}). Look for a second webhook with this name and URL ` +
        `in workspace ${this.workspace.id}, delete it, and run \`pulumi up\` again.`,
      created,
      { cause: error },
    );
  }
}

/** Looks at once and then at growing intervals; the last look begins when the time is over. */
async function lookFor(milliseconds: number, look: () => Promise<boolean>): Promise<void> {
  const deadline = new Deadline(milliseconds);
  for (let pause = FIRST_LOOK_MS; ; pause *= 2) {
    const isLast = deadline.remainingMs === 0;
    if ((await look()) || isLast) {
      return;
    }
    await setTimeout(Math.min(pause, deadline.remainingMs));
  }
}
