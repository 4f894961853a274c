import type { Providers, Resource } from "./door";
import { HostError, type Properties } from "./host";
import type { Command, Failures } from "./stack";

/** What Pulumi would record of a resource. */
export interface Recorded extends Resource {
  readonly id: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
  readonly needsInit: boolean;
  /** Whether another entry has replaced it, and only its delete is missing. */
  readonly isReplaced: boolean;
}

/** The entries of the state; two have one name while a replacement is not complete. */
export type State = Recorded[];

/** The command ended before its steps did. */
class InterruptedError extends Error {}

/**
 * One command of Pulumi's engine, as much of it as it takes to deploy resources that do not depend on each other. It
 * checks and compares one resource after the other, and creates, updates and deletes side by side.
 */
export class Engine {
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #failures = new Map<string, string>();
  readonly #gone: Promise<never>;
  #leave: (error: Error) => void = () => undefined;
  #changes = 0;
  #isCancelled = false;
  #isGone = false;
  #cancelled: Promise<void> = Promise.resolve();

  constructor(
    private readonly providers: Providers,
    private readonly state: State,
    private readonly command: Command,
  ) {
    this.#gone = new Promise((_, reject) => {
      this.#leave = reject;
    });
    this.#gone.catch(() => undefined);
  }

  /** @param failsTest whether a test of a webhook fails, so that nothing is deleted at the end of an `up` */
  async run({ failsTest = false } = {}): Promise<Failures> {
    const { kind } = this.command;
    if (kind === "up") {
      await this.#up(failsTest);
    } else if (kind === "refresh") {
      await this.#each(this.#targeted(this.state), async (one) => await this.#refresh(one));
    } else {
      await this.#each(this.#targeted(this.state), async (one) => await this.#delete(one));
    }
    await this.#cancelled;
    return this.#failures;
  }

  /** Ctrl-C: what is under way is finished and recorded, and nothing else is begun. */
  cancel(): void {
    this.#isCancelled = true;
    this.#cancelled = this.providers.cancel();
  }

  /** `kill -9` and SIGHUP: nothing is recorded from now on, while the host may go on. */
  abandon(): void {
    this.#isGone = true;
    this.#leave(new InterruptedError("The engine was killed."));
  }

  /** Whether something is under way that may change a webhook, which Pulumi then records as a pending operation. */
  get isChanging(): boolean {
    return this.#changes > 0;
  }

  /** Resolves when the host has ended all that it was asked to do. */
  async hostIsDone(): Promise<void> {
    await Promise.allSettled(this.#underWay);
  }

  async #up(failsTest: boolean): Promise<void> {
    const { program } = this.command;
    const operations: Promise<void>[] = [];
    for (const name of program.keys()) {
      if (!this.#isTargeted(name)) {
        continue;
      }
      await this.#attempt(name, async () => {
        const operation = await this.#plan(name);
        if (operation !== undefined) {
          operations.push(this.#attempt(name, operation));
        }
      });
    }
    await Promise.all(operations);
    if (failsTest) {
      this.#failures.set("(test)", "a test of a webhook failed");
    }
    if (this.#failures.size > 0) {
      return;
    }
    const superfluous = this.state.filter(({ name, isReplaced }) => isReplaced || !program.has(name));
    await this.#each(this.#targeted(superfluous), async (one) => await this.#delete(one));
  }

  /** Checks and compares a resource. Returns what is to be done, if anything is. */
  async #plan(name: string): Promise<(() => Promise<void>) | undefined> {
    const known = this.state.find((one) => one.name === name && !one.isReplaced);
    const resource = { name, profile: String(this.command.program.get(name)?.profile) };
    const isReplaced = known !== undefined && this.command.replaced === name;
    const inputs = await this.#call(async () => {
      const { client, urn, fromState, fromProgram } = await this.providers.of(resource);
      const olds = known === undefined || isReplaced ? {} : fromState(known.inputs);
      return await client.check(olds, fromProgram(this.command.program), urn);
    });
    if (known === undefined) {
      return async () => await this.#create(resource, inputs);
    }
    if (isReplaced) {
      return async () => await this.#replace(known, resource, inputs);
    }
    const { id, needsInit } = known;
    const isDifferent = await this.#call(async () => {
      const { client, urn, fromState } = await this.providers.of(resource);
      return await client.diff(id, fromState(known.outputs), fromState(known.inputs), inputs, urn);
    });
    if (!needsInit && !isDifferent) {
      this.#record(known, { ...known, ...resource });
      return undefined;
    }
    return async () => {
      const outputs = await this.#change(async () => {
        const { client, urn, fromState } = await this.providers.of(resource);
        return await client.update(id, fromState(known.outputs), inputs, urn);
      });
      this.#record(known, { ...known, ...resource, inputs, outputs, needsInit: false });
    };
  }

  async #replace(known: Recorded, resource: Resource, inputs: Properties): Promise<void> {
    if (this.command.deletesFirst === true) {
      await this.#delete(known);
      await this.#create(resource, inputs);
    } else {
      await this.#create(resource, inputs, () => this.#record(known, { ...known, isReplaced: true }));
    }
  }

  async #create(resource: Resource, inputs: Properties, beforeRecord?: () => void): Promise<void> {
    const record = ({ id, properties }: { id: string; properties: Properties }, needsInit: boolean): void => {
      beforeRecord?.();
      this.#record(undefined, { ...resource, id, inputs, outputs: properties, needsInit, isReplaced: false });
    };
    try {
      const call = async () => {
        const { client, urn } = await this.providers.of(resource);
        return await client.create(inputs, urn);
      };
      record(await (inputs.ifExists === "adopt" ? this.#change(call) : this.#call(call)), false);
    } catch (error) {
      if (error instanceof HostError && error.initFailure !== undefined) {
        record(error.initFailure, true);
      }
      throw error;
    }
  }

  async #refresh(known: Recorded): Promise<void> {
    const found = await this.#call(async () => {
      const { client, urn, fromState } = await this.providers.of(known);
      return await client.read(known.id, fromState(known.outputs), urn);
    });
    if (found === undefined) {
      this.#record(known);
    } else {
      this.#record(known, { ...known, inputs: found.inputs, outputs: found.properties });
    }
  }

  async #delete(known: Recorded): Promise<void> {
    await this.#change(async () => {
      const { client, urn, fromState } = await this.providers.of(known);
      await client.delete(known.id, fromState(known.outputs), urn);
    });
    this.#record(known);
  }

  /** Puts the second entry in the place of the first. */
  #record(before: Recorded | undefined, after?: Recorded): void {
    const at = before === undefined ? this.state.length : this.state.indexOf(before);
    this.state.splice(at, 1, ...(after === undefined ? [] : [after]));
  }

  #targeted(entries: readonly Recorded[]): readonly Recorded[] {
    return entries.filter(({ name }) => this.#isTargeted(name));
  }

  #isTargeted(name: string): boolean {
    return this.command.targets?.includes(name) ?? true;
  }

  async #change<T>(work: () => Promise<T>): Promise<T> {
    this.#changes += 1;
    return await this.#call(work).finally(() => {
      this.#changes -= 1;
    });
  }

  async #call<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isGone || this.#isCancelled) {
      throw new InterruptedError("The command was interrupted.");
    }
    const called = work();
    this.#underWay.add(called);
    return await Promise.race([called, this.#gone]);
  }

  async #each(entries: readonly Recorded[], work: (one: Recorded) => Promise<void>): Promise<void> {
    await Promise.all(entries.map(async (one) => await this.#attempt(one.name, async () => await work(one))));
  }

  async #attempt(name: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof HostError || error instanceof InterruptedError)) {
        throw error;
      }
      this.#failures.set(name, error.message);
    }
  }
}
