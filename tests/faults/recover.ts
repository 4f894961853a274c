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

  async refresh(): Promise<void> {
    await this.#run(async (engine) => await engine.refresh());
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
      async ({ host, profile }) => await work(new Engine(host, profile, this.state)),
    );
  }

  async #obey(program: Program, failures: Failures): Promise<void> {
    await this.#removeDeliberateDoubles(program, failures);
    const messages = [...failures.values()];
    for (const message of messages.filter((one) => one.includes("Delete all but one"))) {
      const [, ...others] = message.match(/[0-9a-f-]{36}(?= \(created )/g) ?? [];
      for (const id of others) await this.lane.outside("DELETE", id);
    }
    if (messages.some((message) => message.includes("pulumi refresh"))) await this.refresh();
  }

  /** With `ifExists: "create"` nobody but the user can tell a left-over: what belongs to no resource is deleted. */
  async #removeDeliberateDoubles(program: Program, failures: Failures): Promise<void> {
    const claimed = new Set([...this.state.values()].map(({ id }) => id));
    const names = [...program]
      .filter(([resource, { ifExists }]) => ifExists === "create" && failures.has(resource))
      .map(([, { name }]) => name);
    for (const { id, name } of this.lane.webhooks()) {
      if (names.includes(name) && !claimed.has(id)) await this.lane.outside("DELETE", id);
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
