import { join } from "node:path";
import { WORKSPACE } from "../../tools/pulumi-project.mjs";
import { type Door, HostPool, type Providers, type Use, WEBHOOK_TYPES } from "./door";
import { hostEnvironment, type ProviderOptions } from "./folder";
import { HostProcess, type Properties, ProviderClient, urnOf } from "./host";
import { settingsOf } from "./lane";

/** Each provider of a command is one more copy of the plugin in the process. */
const MOST_COMMANDS = 40;

/** A process in which each provider is a plugin as new as in a process of its own. */
interface PluginHost {
  readonly process: HostProcess;
  /** @param address where the engine listens, or nothing */
  provider(address: string, settings: Properties): Promise<ProviderClient>;
}

/** The way through the plugin, of which each account of a command has one. */
export class PluginDoor implements Door {
  readonly outputs: string[] = [];
  readonly marksByName = false;
  readonly seesUntargeted = false;
  readonly #pool: HostPool<PluginHost>;

  constructor(provider: ProviderOptions) {
    const start = async () => await Promise.resolve(startHost(provider));
    this.#pool = new HostPool(start, MOST_COMMANDS, this.outputs);
  }

  async with<T>(use: Use, work: (providers: Providers) => Promise<T>): Promise<T> {
    const withHost = async (host: PluginHost): Promise<T> => await withProviders(host, use, work);
    // A plugin without an engine ends, and its process with it.
    const isOwn = use.isOwn === true || use.address !== undefined;
    return await (isOwn ? this.#pool.withOwn(withHost) : this.#pool.withShared(withHost));
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }
}

function startHost(provider: ProviderOptions): PluginHost {
  const script = join(WORKSPACE, "tests/faults/fresh-provider.cjs");
  const process = new HostProcess([script], { env: hostEnvironment({ ...provider, isFresh: false }) });
  return {
    process,
    provider: async (address, settings) => {
      process.say(address);
      const client = new ProviderClient(await process.nextPort());
      await client.configure(settings);
      return client;
    },
  };
}

async function withProviders<T>(
  { process, provider }: PluginHost,
  { lane, pace, address = "" }: Use,
  work: (providers: Providers) => Promise<T>,
): Promise<T> {
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
      killNow: () => process.killNow(),
    });
  } finally {
    await each((client) => client.close());
  }
}
