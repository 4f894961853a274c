import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { WORKSPACE } from "../../tools/pulumi-project.mjs";
import { type Door, HostPool, type Providers, type Use, WEBHOOK_TYPES } from "./door";
import { EngineServer } from "./engine-server";
import { hostEnvironment, type ProviderOptions } from "./folder";
import { HostProcess, type Properties, ProviderClient, urnOf } from "./host";
import { settingsOf } from "./lane";

/** Each provider of a command is one more copy of the plugin in the process. */
const MOST_COMMANDS = 40;

/** A process in which each provider is a plugin as new as in a process of its own. */
interface PluginHost {
  readonly process: HostProcess;
  /** An engine that is there as long as the process: a plugin without one ends, and its process with it. */
  engine(): Promise<string>;
  /** @param address where its engine listens */
  provider(address: string, settings: Properties): Promise<ProviderClient>;
}

/** The way through the plugin, of which each account of a command has one. */
export class PluginDoor implements Door {
  readonly outputs: string[] = [];
  readonly marksByName = false;
  readonly seesUntargeted = false;
  readonly #pool: HostPool<PluginHost>;

  /** @param folder where its processes keep what they share */
  constructor(folder: string, provider: ProviderOptions) {
    const start = async () => startHost(await mkdtemp(join(folder, "plugins-")), provider);
    this.#pool = new HostPool(start, MOST_COMMANDS, this.outputs);
  }

  async with<T>(use: Use, work: (providers: Providers) => Promise<T>): Promise<T> {
    const withHost = async (host: PluginHost): Promise<T> => await withProviders(host, use, work);
    // The engine of a command with an address is going to end.
    const isOwn = use.isOwn === true || use.address !== undefined;
    return await (isOwn ? this.#pool.withOwn(withHost) : this.#pool.withShared(withHost));
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }
}

function startHost(folder: string, provider: ProviderOptions): PluginHost {
  const script = join(WORKSPACE, "tests/faults/fresh-provider.cjs");
  const env = { ...hostEnvironment({ ...provider, isFresh: false }), TMPDIR: folder };
  const process = new HostProcess([script], { env });
  const engines: EngineServer[] = [];
  process.onceGone(() => {
    for (const engine of engines) {
      engine.stop();
    }
  });
  return {
    process,
    engine: async () => {
      const engine = await EngineServer.start();
      engines.push(engine);
      return engine.address;
    },
    provider: async (address, settings) => {
      process.say(address);
      const client = new ProviderClient(await process.nextPort());
      await client.configure(settings);
      return client;
    },
  };
}

async function withProviders<T>(
  { process, engine, provider }: PluginHost,
  { lane, pace, ...use }: Use,
  work: (providers: Providers) => Promise<T>,
): Promise<T> {
  // Providers of one engine know of each other.
  const address = use.address ?? (await engine());
  const clients = new Map<string, Promise<ProviderClient>>();
  const clientOf = (profile: string): Promise<ProviderClient> => {
    const client = clients.get(profile) ?? provider(address, settingsOf(lane, pace));
    clients.set(profile, client);
    return client;
  };
  const each = async (act: (client: ProviderClient) => unknown): Promise<void> => {
    const started = await Promise.allSettled(clients.values());
    await Promise.all(started.map(async (one) => one.status === "fulfilled" && (await act(one.value))));
  };
  try {
    return await work({
      of: async ({ name, profile }) => ({
        client: await clientOf(profile),
        urn: urnOf(WEBHOOK_TYPES.plugin, name),
        fromState: (properties) => properties,
        fromProgram: (program) => {
          const { profile: _, ...properties } = program.get(name) ?? {};
          return properties;
        },
      }),
      cancel: async () => await each(async (client) => await client.cancel()),
      answered: async () => await each(async (client) => await client.answered()),
      killNow: () => process.killNow(),
    });
  } finally {
    await each((client) => client.close());
  }
}
