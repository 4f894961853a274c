import type { HostProcess, Properties, ProviderClient } from "./host";
import type { Lane, Pace } from "./lane";
import type { Command, Program } from "./stack";

/** The ways into the provider: Pulumi's dynamic host, and the plugin. */
export const DOORS = ["dynamic", "plugin"] as const;

export type DoorKind = (typeof DOORS)[number];

/** The type of webhooks, by the door. */
export const WEBHOOK_TYPES: Readonly<Record<DoorKind, string>> = {
  dynamic: "pulumi-nodejs:dynamic/up42:Webhook",
  plugin: "up42:index:Webhook",
};

/** A resource of a stack, and the profile of the account that it belongs to. */
export interface Resource {
  readonly name: string;
  readonly profile: string;
}

/** How an engine calls the provider of one resource. */
export interface ProviderOf {
  readonly client: ProviderClient;
  readonly urn: string;
  /** What the provider gets of the resource's properties in the state. */
  fromState(properties: Properties): Properties;
  /** What the provider gets of the resource's arguments in the program. */
  fromProgram(program: Program): Properties;
}

/** The providers of one command. */
export interface Providers {
  of(resource: Resource): Promise<ProviderOf>;
  /** Lets them know of Ctrl-C. */
  cancel(): Promise<void>;
  /** Resolves when their processes have met all that came before, or have ended. */
  answered(): Promise<void>;
  killNow(): void;
}

/** What the providers are for. */
export interface Use {
  readonly lane: Lane;
  readonly pace: Pace;
  readonly command: Command;
  /** Where the command's engine listens; default: nobody sees when it ends. */
  readonly address?: string;
  /** Whether its processes are going to be killed. */
  readonly isOwn?: boolean;
}

/** One way into the provider, for all runs. */
export interface Door {
  /** What its processes printed that were ended so far. */
  readonly outputs: string[];
  /** Whether the SDK marks secret outputs by their names, and not the provider. */
  readonly marksByName: boolean;
  /** Whether the provider hears of the resources that are not targeted: the package marks copies in the program. */
  readonly seesUntargeted: boolean;
  /** Works with providers that are new, as each command has them. */
  with<T>(use: Use, work: (providers: Providers) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** A host that can be ended. */
export interface Host {
  readonly process: HostProcess;
}

interface Shared<H> {
  readonly host: H;
  commands: number;
  users: number;
}

/** Hosts that serve many commands each. */
export class HostPool<H extends Host> {
  #current: Promise<Shared<H>> | undefined;

  constructor(
    private readonly start: () => Promise<H>,
    /** A host is ended after so many commands, since what it loaded for each of them stays. */
    private readonly mostCommands: number,
    private readonly outputs: string[],
  ) {}

  /** Works with one of the shared hosts. */
  async withShared<T>(work: (host: H) => Promise<T>): Promise<T> {
    const shared = await this.#shared();
    shared.users += 1;
    shared.commands += 1;
    try {
      return await work(shared.host);
    } finally {
      shared.users -= 1;
      if (shared.users === 0 && shared.commands >= this.mostCommands) {
        await this.#end(shared.host);
      }
    }
  }

  /** Works with a host of its own, to be killed. */
  async withOwn<T>(work: (host: H) => Promise<T>): Promise<T> {
    const host = await this.start();
    return await work(host).finally(async () => await this.#end(host));
  }

  async close(): Promise<void> {
    if (this.#current !== undefined) {
      await this.#end((await this.#current).host);
    }
  }

  async #end({ process }: H): Promise<void> {
    await process.kill();
    this.outputs.push(process.output);
  }

  async #shared(): Promise<Shared<H>> {
    const known = this.#current;
    if (known !== undefined && (await known).commands < this.mostCommands) {
      return await known;
    }
    // Another lane may have started one while this one waited.
    if (this.#current === known) {
      const started = this.start().then((host) => ({ host, commands: 0, users: 0 }));
      // One that failed to start is not kept for the next command.
      started.catch(() => {
        if (this.#current === started) {
          this.#current = undefined;
        }
      });
      this.#current = started;
    }
    return await this.#shared();
  }
}
