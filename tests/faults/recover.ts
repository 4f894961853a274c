import { Engine, type Failures, type Program, type State } from "./engine";
import type { Lane, Lanes } from "./lanes";

const MOST_TRIES = 4;

/** Does what a user does after a failure: what the errors say, and the command again, now without faults. */
export class Recovery {
  constructor(
    private readonly lanes: Lanes,
    private readonly lane: Lane,
    private readonly state: State,
  ) {}

  /** Refreshes until nothing fails. */
  async refresh(): Promise<void> {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      if ((await this.#run(async (engine) => await engine.refresh())).size === 0) return;
    }
  }

  /** Runs `up` until nothing fails. Answers what still fails after some tries. */
  async up(program: Program, firstFailures: Failures): Promise<Failures> {
    let failures = firstFailures;
    let current = program;
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      await this.#obey(current, failures);
      current = adopting(current, failures);
      failures = await this.#run(async (engine) => await engine.up(current));
      if (failures.size === 0) break;
    }
    return failures;
  }

  async #run(work: (engine: Engine) => Promise<Failures>): Promise<Failures> {
    return await this.lanes.withSession(
      this.lane,
      "calm",
      async ({ host, profile }) => await work(new Engine(host, profile, this.state)),
    );
  }

  async #obey(program: Program, failures: Failures): Promise<void> {
    await this.#removeLeftOvers(program, failures);
    const messages = [...failures.values()];
    for (const message of messages.filter((one) => one.includes("Delete all but one"))) {
      const [, ...others] = message.match(/[0-9a-f-]{36}(?= \(created )/g) ?? [];
      for (const id of others) await (await this.lane.colleague()).delete(id);
    }
    if (messages.some((message) => message.includes("pulumi refresh"))) await this.refresh();
  }

  /**
   * What belongs to no resource is deleted where an error says to look for a second webhook, and with
   * `ifExists: "create"`, where nobody but the user can tell a left-over.
   */
  async #removeLeftOvers(program: Program, failures: Failures): Promise<void> {
    const claimed = new Set([...this.state.values()].map(({ id }) => id));
    const suspects = [...program].flatMap(([resource, wanted]) => {
      const message = failures.get(resource);
      const isSuspect =
        wanted.ifExists === "create" || message?.includes("Look for a second webhook") === true;
      return message !== undefined && isSuspect ? [`${wanted.name} ${wanted.url}`] : [];
    });
    for (const { id, name, url } of this.lane.webhooks()) {
      if (suspects.includes(`${name} ${url}`) && !claimed.has(id))
        await (await this.lane.colleague()).delete(id);
    }
  }
}

function adopting(program: Program, failures: Failures): Program {
  return new Map(
    [...program].map(([resource, webhook]) => [
      resource,
      failures.get(resource)?.includes('ifExists: "adopt"') === true && webhook.ifExists !== "create"
        ? { ...webhook, ifExists: "adopt" }
        : webhook,
    ]),
  );
}
