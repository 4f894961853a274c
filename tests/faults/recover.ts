import type { StoredWebhook } from "up42-emulator";
import type { Properties } from "./host";
import type { Others } from "./outside";
import type { Command, Failures, Program, Stack, Surroundings } from "./stack";

const MOST_TRIES = 5;

/** How a recovery ended: what still fails, with which program. */
export interface Recovered {
  readonly failures: Failures;
  readonly program: Program;
}

/** Does what a user does after a failure: what the errors say, and the command again, now without faults. */
export class Recovery {
  /** The webhooks that an error or a crash made the user look for, and that were deleted by hand. */
  readonly reported: string[] = [];

  constructor(
    private readonly stack: Stack,
    private readonly surroundings: Surroundings,
    private readonly others: Others,
    private readonly run: (command: Command) => Promise<Failures>,
    private readonly isRefreshAdvised: () => Promise<boolean>,
  ) {}

  /** Runs a command until nothing fails, or it has been tried often enough. */
  async until(first: Command, firstFailures: Failures): Promise<Recovered> {
    let command = first;
    let failures = firstFailures;
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      command = { ...command, program: await this.#obey(command.program, failures) };
      failures = await this.run(command);
      if (failures.size === 0) {
        break;
      }
    }
    return { failures, program: command.program };
  }

  /** Does what the errors say, and changes the program accordingly. */
  async #obey(program: Program, failures: Failures): Promise<Program> {
    const changed = new Map(program);
    for (const [resource, message] of failures) {
      const wanted = changed.get(resource);
      if (wanted !== undefined) {
        changed.set(resource, await this.#corrected(wanted, message));
      } else if (message.includes("It was kept") && (await this.#hasAnotherOwner(resource, message))) {
        await this.stack.forget(resource);
      }
    }
    if (await this.isRefreshAdvised()) {
      await this.run({ kind: "refresh", program });
    }
    return changed;
  }

  async #corrected(wanted: Properties, message: string): Promise<Properties> {
    const named = idsIn(message);
    if (wanted.ifExists === "create" || message.includes("Look for a second webhook")) {
      await this.#deleteTwinsOf(wanted);
    }
    if (this.#namesOthers(message)) {
      // Another stack was faster. What is ours of those that the error names goes, and ours gets another name.
      await this.#deleteByHand(({ id }) => named.includes(id));
      return { ...wanted, name: `${wanted.name} (2)`, url: `${wanted.url}/2` };
    }
    if (message.includes("Delete all but one")) {
      await this.#deleteByHand(({ id }) => named.indexOf(id) > 0);
    }
    const mayAdopt = message.includes('ifExists: "adopt"') && wanted.ifExists !== "create";
    return mayAdopt ? { ...wanted, ifExists: "adopt" } : wanted;
  }

  /** After a crash, only the user sees that one of several webhooks with one name and URL is too many. */
  async deleteTwins(program: Program): Promise<void> {
    for (const wanted of program.values()) {
      if (wanted.ifExists === "create") {
        await this.#deleteTwinsOf(wanted);
      }
    }
  }

  async #deleteTwinsOf(wanted: Properties): Promise<void> {
    await this.#deleteByHand(({ name, url }) => `${name} ${url}` === `${wanted.name} ${wanted.url}`);
  }

  /** Whether the message names a webhook of another owner, or one that another entry of the stack has. */
  async #hasAnotherOwner(resource: string, message: string): Promise<boolean> {
    const entries = await this.stack.entries();
    const { id } = entries.find(({ name }) => name === resource) ?? {};
    return this.#namesOthers(message) || entries.some((entry) => entry.id === id && entry.name !== resource);
  }

  #namesOthers(message: string): boolean {
    return idsIn(message).some((id) => this.others.webhooks.has(id));
  }

  /** What is in no state and belongs to nobody else. */
  async #deleteByHand(isMeant: (webhook: StoredWebhook) => boolean): Promise<void> {
    const claimed = new Set((await this.stack.entries()).map(({ id }) => id));
    const colleague = await this.surroundings.colleague();
    for (const webhook of this.surroundings.webhooks().filter(isMeant)) {
      if (claimed.has(webhook.id) || this.others.webhooks.has(webhook.id)) {
        continue;
      }
      await colleague.delete(webhook.id);
      this.reported.push(webhook.id);
    }
  }
}

function idsIn(message: string): readonly string[] {
  return message.match(/[0-9a-f]{8}-[0-9a-f-]{27}/g) ?? [];
}
