import { stub } from "../../provider/src/dynamic/stub";
import { type DynamicHost, HostError, type Properties } from "./host";

/** A webhook as a program asks for it; the key of a program is the resource's name. */
export type Program = ReadonlyMap<string, Properties>;

interface Recorded {
  readonly id: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
  readonly needsInit: boolean;
}

/** What Pulumi would record, by resource. */
export type State = Map<string, Recorded>;

/** What went wrong in a command, by resource. */
export type Failures = ReadonlyMap<string, string>;

/**
 * One command of Pulumi's engine, as much of it as it takes to deploy resources that do not depend on each other.
 *
 * The profile is the command's own, wherever the host gets or answers properties, and is in no state: a profile that a
 * host has not served yet has nothing cached there, so that for the provider the command runs in a new process.
 */
export class Engine {
  constructor(
    private readonly host: DynamicHost,
    private readonly profile: string,
    private readonly state: State,
  ) {}

  /** `pulumi up`: creates and updates side by side, and then deletes what the program no longer names. */
  async up(program: Program): Promise<Failures> {
    const failures = await this.#each(program.keys(), async (name) => {
      await this.#deploy(name, { ...program.get(name), __provider: stub("webhook") });
    });
    const superfluous = [...this.state.keys()].filter((name) => !program.has(name));
    return new Map([...failures, ...(await this.#delete(superfluous))]);
  }

  async refresh(): Promise<Failures> {
    return await this.#each([...this.state.keys()], async (name) => {
      const recorded = this.#recorded(name);
      const found = await this.host.read(recorded.id, this.#own(recorded.outputs));
      if (found === undefined) this.state.delete(name);
      else this.state.set(name, { ...recorded, inputs: found.inputs, outputs: found.properties });
    });
  }

  async destroy(): Promise<Failures> {
    return await this.#delete([...this.state.keys()]);
  }

  async #deploy(name: string, wanted: Properties): Promise<void> {
    const known = this.state.get(name);
    const inputs = await this.host.check(
      known === undefined ? {} : this.#own(known.inputs),
      this.#own(wanted),
    );
    if (known === undefined) {
      await this.#create(name, inputs);
      return;
    }
    const { id, needsInit } = known;
    const [outputs, oldInputs] = [this.#own(known.outputs), this.#own(known.inputs)];
    if (needsInit || (await this.host.diff(id, outputs, oldInputs, inputs))) {
      const updated = await this.host.update(id, outputs, inputs);
      this.state.set(name, { id, inputs, outputs: updated, needsInit: false });
    }
  }

  async #create(name: string, inputs: Properties): Promise<void> {
    try {
      const { id, properties } = await this.host.create(inputs);
      this.state.set(name, { id, inputs, outputs: properties, needsInit: false });
    } catch (error) {
      if (error instanceof HostError && error.initFailure !== undefined) {
        const { id, properties } = error.initFailure;
        this.state.set(name, { id, inputs, outputs: properties, needsInit: true });
      }
      throw error;
    }
  }

  async #delete(names: readonly string[]): Promise<Failures> {
    return await this.#each(names, async (name) => {
      const { id, outputs } = this.#recorded(name);
      await this.host.delete(id, this.#own(outputs));
      this.state.delete(name);
    });
  }

  #own(properties: Properties): Properties {
    return { ...properties, profile: this.profile };
  }

  #recorded(name: string): Recorded {
    const recorded = this.state.get(name);
    if (recorded === undefined) throw new Error(`${name} is not in the state`);
    return recorded;
  }

  async #each(names: Iterable<string>, work: (name: string) => Promise<void>): Promise<Failures> {
    const failures = new Map<string, string>();
    await Promise.all(
      [...names].map(async (name) => {
        try {
          await work(name);
        } catch (error) {
          if (!(error instanceof HostError)) throw error;
          failures.set(name, error.message);
        }
      }),
    );
    return failures;
  }
}
