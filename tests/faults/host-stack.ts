import { setTimeout as delay } from "node:timers/promises";
import type { Door, Providers, Use } from "./door";
import { Engine, type State } from "./engine";
import { EngineServer } from "./engine-server";
import { isMarked } from "./host";
import { atInterruption, type Interruption } from "./interruptions";
import { ATTEMPT_TIMEOUT_MS, type Lane } from "./lane";
import type { Circumstances, Command, Entry, Failures, Stack } from "./stack";

/** A stack whose commands run with one of the doors and an engine of ours. */
export class HostStack implements Stack {
  readonly interruptions: string[] = [];
  readonly #state: State = [];
  /** What hosts still do whose engine was killed. */
  readonly #leftBehind: Promise<void>[] = [];
  /** What was on its way when an engine was killed. */
  readonly #onItsWay: Promise<void>[] = [];
  #hasPendingOperations = false;

  constructor(
    private readonly door: Door,
    private readonly lane: Lane,
  ) {}

  get seesUntargeted(): boolean {
    return this.door.seesUntargeted;
  }

  async run(command: Command, circumstances: Circumstances): Promise<Failures> {
    const failures = await this.#run(command, circumstances);
    const isRefreshed = command.kind === "refresh" && command.targets === undefined && failures.size === 0;
    if (isRefreshed) {
      this.#hasPendingOperations = false;
    }
    return failures;
  }

  async hasPendingOperations(): Promise<boolean> {
    return await Promise.resolve(this.#hasPendingOperations);
  }

  async #run(command: Command, { interruption, isCalm = false }: Circumstances): Promise<Failures> {
    const use = {
      lane: this.lane,
      pace: isCalm ? "calm" : "hurried",
      command: this.#inLane(command),
    } as const;
    switch (interruption?.kind) {
      case "kill -9 of the host":
        return await this.#killed(use, interruption);
      case "kill -9 of the CLI":
      case "SIGHUP of the CLI":
        return await this.#abandoned(use, interruption);
      default:
        return await this.door.with(use, async (providers) => {
          const engine = new Engine(providers, this.#state, use.command);
          const failsTest = interruption?.kind === "failing test";
          if (interruption === undefined) {
            return await engine.run();
          }
          if (failsTest && command.kind === "up") {
            this.#note(interruption, command);
          }
          if (failsTest) {
            return await engine.run({ failsTest });
          }
          return await this.#interrupted(command, interruption, engine, () => engine.cancel());
        });
    }
  }

  async entries(): Promise<readonly Entry[]> {
    return await Promise.resolve(this.#state);
  }

  async forget(name: string): Promise<void> {
    const at = this.#state.findIndex((one) => one.name === name);
    if (at >= 0) {
      this.#state.splice(at, 1);
    }
    await Promise.resolve();
  }

  async texts(): Promise<Readonly<Record<string, string>>> {
    // Pulumi encrypts what is marked, and of a dynamic resource, by the SDK's order, what has this name.
    const isEncrypted = (key: string, value: unknown): boolean =>
      isMarked(value) || (this.door.marksByName && key === "secret");
    const text = JSON.stringify(
      this.#state.map(({ inputs, outputs }) => [inputs, outputs]),
      (key, value: unknown) => (isEncrypted(key, value) ? undefined : value),
    );
    return await Promise.resolve({ "the state": text });
  }

  async quiet(): Promise<void> {
    await Promise.all(this.#onItsWay.splice(0));
  }

  async close(): Promise<void> {
    await Promise.all(this.#leftBehind);
  }

  /** The host is killed; the engine sees its calls fail, and records what it knows. */
  async #killed(use: Use, interruption: Interruption): Promise<Failures> {
    return await this.door.with({ ...use, isOwn: true }, async (providers) => {
      const engine = new Engine(providers, this.#state, use.command);
      return await this.#interrupted(use.command, interruption, engine, () => {
        this.#hasPendingOperations ||= engine.isChanging;
        providers.killNow();
      });
    });
  }

  /** The engine is killed; its host lives on, and the next command does not wait for it. */
  async #abandoned({ command, ...use }: Use, interruption: Interruption): Promise<Failures> {
    const server = await EngineServer.start();
    return await new Promise((resolve, reject) => {
      const hostIsDone = this.door.with({ ...use, command, address: server.address }, async (providers) => {
        const engine = new Engine(providers, this.#state, command);
        const interrupt = (): void => {
          server.stop();
          this.#hasPendingOperations ||= engine.isChanging;
          engine.abandon();
          this.#onItsWay.push(Promise.race([lastAttempts(providers), engine.hostIsDone()]));
        };
        resolve(await this.#interrupted(command, interruption, engine, interrupt));
        await engine.hostIsDone();
        server.stop();
      });
      hostIsDone.catch(reject);
      this.#leftBehind.push(hostIsDone);
    });
  }

  async #interrupted(
    command: Command,
    interruption: Interruption,
    engine: Engine,
    interrupt: () => void,
  ): Promise<Failures> {
    const stop = atInterruption(this.lane.proxy, interruption, () => {
      this.#note(interruption, command);
      interrupt();
    });
    try {
      return await engine.run();
    } finally {
      stop();
    }
  }

  #note({ kind }: Interruption, command: Command): void {
    this.interruptions.push(`${kind} in ${command.kind}`);
  }

  /** The program names the profiles of the account by their number. */
  #inLane(command: Command): Command {
    const program = new Map(
      [...command.program].map(([name, { isOfProfileB, ...webhook }]) => [
        name,
        { ...webhook, profile: this.lane.profiles[isOfProfileB === true ? 1 : 0] },
      ]),
    );
    return { ...command, program };
  }
}

/**
 * Resolves when the attempts are over that began before the providers could know that their engine is gone. The clock
 * of a busy machine does not say so: the providers have to answer, once to have seen it, and once after the time-out.
 */
async function lastAttempts(providers: Providers): Promise<void> {
  await providers.answered();
  await delay(ATTEMPT_TIMEOUT_MS);
  await providers.answered();
}
