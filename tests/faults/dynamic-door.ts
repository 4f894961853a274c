import { stub } from "../../provider/src/dynamic/stub";
import { dynamicHostScript } from "../support/dynamic-host";
import { type Door, HostPool, type Providers, type Use, WEBHOOK_TYPES } from "./door";
import { hostEnvironment, type ProviderOptions } from "./folder";
import { HostProcess, NO_ENGINE, type Properties, ProviderClient, urnOf } from "./host";
import { type Lane, PACES, type Pace, settingsOf } from "./lane";
import type { Program } from "./stack";

/** A host loads the provider afresh for each command. */
const MOST_COMMANDS = 150;

/** Pulumi's own dynamic host, started as the engine starts it. */
export class DynamicHost extends ProviderClient {
  private constructor(
    readonly process: HostProcess,
    port: string,
  ) {
    super(port);
  }

  static async start(
    folder: string,
    config: Properties,
    provider: ProviderOptions = {},
  ): Promise<DynamicHost> {
    const script = await dynamicHostScript();
    const process = new HostProcess([script, NO_ENGINE], { cwd: folder, env: hostEnvironment(provider) });
    const host = new DynamicHost(process, await process.nextPort());
    await host.configure(config);
    return host;
  }
}

/** The way through Pulumi's dynamic host, which serves every account of a command. */
export class DynamicDoor implements Door {
  readonly outputs: string[] = [];
  readonly marksByName = true;
  readonly seesUntargeted = true;
  readonly #pools: ReadonlyMap<Pace, HostPool<DynamicHost>>;
  #commands = 0;

  constructor(
    private readonly folder: string,
    private readonly provider: ProviderOptions,
    lanes: readonly Lane[],
  ) {
    this.#pools = new Map(PACES.map((pace) => [pace, this.#pool(lanes, pace)]));
  }

  async with<T>(use: Use, work: (providers: Providers) => Promise<T>): Promise<T> {
    const { lane, pace, isOwn = false } = use;
    const pool = isOwn ? undefined : this.#pools.get(pace);
    const withHost = async (host: DynamicHost): Promise<T> => await work(this.#providers(host, use));
    return await (pool?.withShared(withHost) ?? this.#pool([lane], pace).withOwn(withHost));
  }

  async close(): Promise<void> {
    for (const pool of this.#pools.values()) {
      await pool.close();
    }
  }

  #pool(lanes: readonly Lane[], pace: Pace): HostPool<DynamicHost> {
    const start = async () => await DynamicHost.start(this.folder, configOf(lanes, pace), this.provider);
    return new HostPool(start, MOST_COMMANDS, this.outputs);
  }

  #providers(client: DynamicHost, { address = NO_ENGINE }: Use): Providers {
    this.#commands += 1;
    // Pulumi's host loads a provider once for each text: this command gets one of its own, as in a new process, which
    // is started with the engine's address.
    const __provider = `process.argv[2] = "${address}"; ${stub("webhook")} // command ${this.#commands}`;
    const fromState = (properties: Properties): Properties => ({ ...properties, __provider });
    return {
      of: async ({ name }) => {
        const fromProgram = (program: Program): Properties =>
          fromState({ ...program.get(name), ...labels(program, name) });
        return await Promise.resolve({
          client,
          urn: urnOf(WEBHOOK_TYPES.dynamic, name),
          fromState,
          fromProgram,
        });
      },
      cancel: async () => await client.cancel(),
      answered: async () => await client.answered(),
      killNow: () => client.process.killNow(),
    };
  }
}

/** What the package adds to a resource so that duplicates are seen: its label, and that of another one like it. */
function labels(program: Program, name: string): Properties {
  const own = program.get(name) ?? {};
  if (own.ifExists === "create") {
    return {};
  }
  const other = [...program].find(
    ([key, one]) => key !== name && one.ifExists !== "create" && isTwin(one, own),
  );
  return { __resource: other === undefined ? name : [name, other[0]] };
}

function isTwin(one: Properties, other: Properties): boolean {
  return (["name", "url", "profile"] as const).every((key) => one[key] === other[key]);
}

function configOf(lanes: readonly Lane[], pace: Pace): Properties {
  const settings = lanes.flatMap((lane) =>
    lane.profiles.flatMap((profile) =>
      Object.entries(settingsOf(lane, pace)).map(([name, value]) => [`up42-${profile}:${name}`, value]),
    ),
  );
  return Object.fromEntries(settings);
}
