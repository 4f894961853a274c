import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { Engine, type State } from "./engine";
import { atInterruption, type Interruption } from "./interruptions";
import type { Lane, Lanes } from "./lanes";
import type { Circumstances, Command, Entry, Failures, Stack } from "./stack";

/** A stack whose commands run with Pulumi's host and an engine of ours. */
export class HostStack implements Stack {
  readonly interruptions: string[] = [];
  readonly #state: State = [];
  /** What hosts still do whose engine was killed. */
  readonly #leftBehind: Promise<void>[] = [];
  #hasPendingOperations = false;

  constructor(
    private readonly lanes: Lanes,
    private readonly lane: Lane,
  ) {}

  async run(command: Command, circumstances: Circumstances): Promise<Failures> {
    const failures = await this.#run(command, circumstances);
    const isRefreshed = command.kind === "refresh" && command.targets === undefined && failures.size === 0;
    if (isRefreshed) this.#hasPendingOperations = false;
    return failures;
  }

  async hasPendingOperations(): Promise<boolean> {
    return await Promise.resolve(this.#hasPendingOperations);
  }

  async #run(command: Command, { interruption, isCalm = false }: Circumstances): Promise<Failures> {
    const pace = isCalm ? "calm" : "hurried";
    switch (interruption?.kind) {
      case "kill -9 of the host":
        return await this.#killed(this.#inLane(command), interruption);
      case "kill -9 of the CLI":
      case "SIGHUP of the CLI":
        return await this.#abandoned(this.#inLane(command), interruption);
      default:
        return await this.lanes.withHost(pace, async (host) => {
          const engine = new Engine(host, this.#state, this.#inLane(command));
          const failsTest = interruption?.kind === "failing test";
          if (interruption === undefined) return await engine.run();
          if (failsTest && command.kind === "up") this.#note(interruption, command);
          if (failsTest) return await engine.run({ failsTest });
          return await this.#interrupted(command, interruption, engine, () => engine.cancel());
        });
    }
  }

  async entries(): Promise<readonly Entry[]> {
    return await Promise.resolve(this.#state);
  }

  async forget(name: string): Promise<void> {
    const at = this.#state.findIndex((one) => one.name === name);
    if (at >= 0) this.#state.splice(at, 1);
    await Promise.resolve();
  }

  async texts(): Promise<Readonly<Record<string, string>>> {
    const text = JSON.stringify(
      this.#state.map(({ inputs, outputs }) => [inputs, outputs]),
      (key, value: unknown) => (key === "secret" ? undefined : value),
    );
    return await Promise.resolve({ "the state": text });
  }

  async close(): Promise<void> {
    await Promise.all(this.#leftBehind);
  }

  /** The host is killed; the engine sees its calls fail, and records what it knows. */
  async #killed(command: Command, interruption: Interruption): Promise<Failures> {
    const host = await this.lanes.ownHost(this.lane);
    const engine = new Engine(host, this.#state, command);
    try {
      return await this.#interrupted(command, interruption, engine, () => {
        this.#hasPendingOperations ||= engine.isChanging;
        host.killNow();
      });
    } finally {
      await this.lanes.end(host);
    }
  }

  /** The engine is killed; its host lives on, and the next command does not wait for it. */
  async #abandoned(command: Command, interruption: Interruption): Promise<Failures> {
    const address = await EngineAddress.open();
    return await new Promise((resolve, reject) => {
      const hostIsDone = this.lanes.withHost("hurried", async (host) => {
        const engine = new Engine(host, this.#state, command, address.text);
        const interrupt = (): void => {
          address.close();
          this.#hasPendingOperations ||= engine.isChanging;
          engine.abandon();
        };
        resolve(await this.#interrupted(command, interruption, engine, interrupt));
        await engine.hostIsDone();
        address.close();
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

/** Where an engine listens, as far as its host can see. */
class EngineAddress {
  private constructor(
    readonly text: string,
    readonly close: () => void,
  ) {}

  static async open(): Promise<EngineAddress> {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket.on("error", () => socket.destroy()));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    return new EngineAddress(`127.0.0.1:${port}`, () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    });
  }
}
