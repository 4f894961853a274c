import { setTimeout } from "node:timers/promises";
import { LostAnswerError, messageOf } from "../../up42/errors";
import { Deadline, type Operation } from "../../up42/operation";
import type { RemoteWebhook, WebhookSpec } from "../../up42/webhook";
import type { Workspace } from "../workspace";
import { CreateErrors } from "./create-errors";
import { NewWebhooks, sharesNameOrUrl } from "./new-webhooks";
import { spellTwins } from "./twins";

/** UP42 may show a new webhook this late; so long we look before we POST again, and for a late twin afterwards. */
const LONGEST_SEARCH_MS = 20_000;
const FIRST_LOOK_MS = 200;
const LONGEST_PAUSE_MS = 2_000;
/** A look may take the time of so many attempts, even when the operation's own time is over. */
const LEAST_ATTEMPTS = 4;

/**
 * Creates one webhook, exactly one, although POST cannot be repeated safely. After an answer that is lost, or that is
 * not UP42's own, it looks for a new webhook that nothing else explains. One that is provably ours is the result. One that
 * may be ours stops it: the error names it. Only when there is none does it POST again.
 *
 * @throws TwinError when it was created, but perhaps not only once.
 * @throws Up42Error when it was not created, or it cannot be known; the message says which.
 */
export async function createOnce(
  workspace: Workspace,
  spec: WebhookSpec,
  operation: Operation,
): Promise<RemoteWebhook> {
  const before = await workspace.before(operation);
  workspace.creating.add(spec);
  const created = await new Creation(workspace, spec, operation, before).run();
  // One that fails stays: UP42 may have carried it out.
  workspace.creating.delete(spec);
  return created;
}

class Creation {
  /** POSTs whose answer was lost and that have not been found to have created anything. */
  #unaccounted = 0;
  readonly #new: NewWebhooks;
  readonly #errors: CreateErrors;

  constructor(
    private readonly workspace: Workspace,
    private readonly spec: WebhookSpec,
    private readonly operation: Operation,
    before: ReadonlyMap<string, RemoteWebhook>,
  ) {
    this.#new = new NewWebhooks(workspace, spec, before);
    this.#errors = new CreateErrors(spec, workspace.id);
  }

  async run(): Promise<RemoteWebhook> {
    for (;;) {
      const created = await this.#attempt();
      if (created !== undefined) {
        this.workspace.created(created);
        await this.#accountForTwins(created);
        return created;
      }
      this.#unaccounted += 1;
      this.operation.report(`it was not created; trying again (retry ${this.#unaccounted})`);
    }
  }

  /** POSTs once. Undefined: the answer was lost, no webhook can be ours, and there is time to POST again. */
  async #attempt(): Promise<RemoteWebhook | undefined> {
    try {
      return await this.#post();
    } catch (error) {
      if (!(error instanceof LostAnswerError)) {
        throw this.#unaccounted === 0 ? error : this.#errors.uncertain(error);
      }
      const seconds = Math.ceil(this.#searchMs / 1000);
      this.operation.report(`${error.message}; looking for up to ${seconds} s whether it was created`);
      const found = await this.#search(error);
      const mayRepeat =
        error.mayRepeat &&
        this.#unaccounted < this.workspace.api.maxRetries &&
        this.operation.deadline.remainingMs > 0;
      if (found === undefined && !mayRepeat) {
        throw this.#errors.uncertain(error);
      }
      return found;
    }
  }

  /**
   * An answer about a webhook that was there before, or that another resource has, answers another request. One with
   * neither our name nor our URL may be UP42's spelling of ours: the list decides.
   */
  async #post(): Promise<RemoteWebhook> {
    const webhook = await this.workspace.api.createWebhook(this.workspace.id, this.spec, this.operation);
    if (!this.#new.isNew(webhook)) {
      throw new LostAnswerError(`UP42 answered with another webhook (${webhook.id})`);
    }
    if (sharesNameOrUrl(webhook, this.spec)) {
      return webhook;
    }
    const listed = (await this.workspace.list(this.#extended())).get(webhook.id);
    if (listed === undefined || this.#new.mayBeAnothers(listed)) {
      throw new LostAnswerError(`UP42 answered with another webhook (${webhook.id})`);
    }
    return webhook;
  }

  get #searchMs(): number {
    return Math.min(LONGEST_SEARCH_MS, this.workspace.api.attemptTimeoutMs);
  }

  /** Looks until a webhook is ours or the time is over; the operation's own deadline may be over by then. */
  async #search(lostAnswer: LostAnswerError): Promise<RemoteWebhook | undefined> {
    let found: RemoteWebhook | undefined;
    let unexplained: readonly RemoteWebhook[] = [];
    try {
      await lookFor(this.#searchMs, async () => {
        unexplained = await this.#new.unexplained(this.#extended());
        found = unexplained.find((one) => this.#new.isProvablyOurs(one));
        return found !== undefined;
      });
    } catch (error) {
      throw this.#errors.uncertain(lostAnswer, error);
    }
    if (found === undefined && unexplained.length > 0) {
      throw this.#errors.doubtful(lostAnswer, unexplained);
    }
    return found;
  }

  /** Watches for webhooks that earlier requests of ours bring about late, and deletes those that are provably ours. */
  async #accountForTwins(created: RemoteWebhook): Promise<void> {
    if (this.#unaccounted === 0) {
      return;
    }
    this.operation.report(`created as ${created.id}; making sure that it is the only one`);
    let unexplained: readonly RemoteWebhook[] = [];
    try {
      await lookFor(this.#searchMs, async () => {
        unexplained = await this.#new.unexplained(this.#extended());
        for (const twin of unexplained
          .filter((one) => this.#new.isProvablyOurs(one))
          .slice(0, this.#unaccounted)) {
          await this.#deleteTwin(twin);
        }
        return this.#unaccounted === 0;
      });
    } catch (error) {
      throw this.#errors.twin(created, `it could not be checked (${messageOf(error)})`, error);
    }
    const twins = unexplained.filter((one) => !this.workspace.isForgotten(one.id));
    if (twins.length > 0) {
      throw this.#errors.twin(created, `${spellTwins(twins, this.spec)} may be it, or another stack's`);
    }
  }

  /** After an answer that does not prove it, the next look shows whether the webhook is still there. */
  async #deleteTwin({ id }: RemoteWebhook): Promise<void> {
    if ((await this.workspace.api.deleteWebhook(this.workspace.id, id, this.#extended())) === "deleted") {
      this.workspace.forget(id);
      this.#unaccounted -= 1;
      this.operation.report(`deleted ${id}, which an earlier try had created late`);
    }
  }

  /** What is needed to know where we stand may take longer than the operation itself: correctness goes first. */
  #extended(): Operation {
    const least = LEAST_ATTEMPTS * this.workspace.api.attemptTimeoutMs;
    return this.operation.deadline.remainingMs >= least
      ? this.operation
      : { ...this.operation, deadline: new Deadline(least) };
  }
}

/** Looks at once and then at growing intervals; the last look begins when the time is over. */
async function lookFor(milliseconds: number, look: () => Promise<boolean>): Promise<void> {
  const deadline = new Deadline(milliseconds);
  for (let pause = FIRST_LOOK_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    const isLast = deadline.remainingMs === 0;
    if ((await look()) || isLast) {
      return;
    }
    await setTimeout(Math.min(pause, deadline.remainingMs));
  }
}
