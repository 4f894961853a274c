import { randomUUID } from "node:crypto";
import { type Account, type Emulator, startEmulator } from "up42-emulator";
import { canary } from "../support/secrets";
import { loginAs } from "../support/up42-account";
import type { Control } from "./control";
import { programFolder } from "./folder";
import { DynamicHost, type Properties } from "./host";
import { FaultyProxy } from "./proxy";
import type { Surroundings } from "./stack";

export const TIMEOUT_SECONDS = 4;
/** For the recovery, which is without faults: a busy machine must not look like one. */
export const CALM_TIMEOUT_SECONDS = 40;
/** As in the provider: a quarter of the operation's time. */
export const ATTEMPT_TIMEOUT_MS = (TIMEOUT_SECONDS * 1000) / 4;

/** A place for one run at a time: an account with its workspace, and a proxy before it. */
export interface Lane extends Surroundings {
  /** The two profiles of the account. */
  readonly profiles: readonly [string, string];
  readonly account: Account;
}

/** Which of the two time-outs a command has. */
export type Pace = "hurried" | "calm";

/** A host loads the provider afresh for each command, and is ended after so many. */
const MOST_COMMANDS = 150;

/** A host that serves many commands, each with a provider of its own. */
class SharedHost {
  commands = 0;
  users = 0;

  constructor(readonly host: DynamicHost) {}
}

/** Lanes beside each other over one emulator, and the hosts that serve their commands. */
export class Lanes {
  /** What the hosts printed that were ended so far. */
  readonly outputs: string[] = [];
  readonly #hosts = new Map<Pace, Promise<SharedHost>>();

  private constructor(
    private readonly emulator: Emulator,
    private readonly folder: Awaited<ReturnType<typeof programFolder>>,
    readonly all: readonly Lane[],
    private readonly without: Control | undefined,
  ) {}

  static async open(count: number, without?: Control): Promise<Lanes> {
    const accounts = Array.from({ length: count }, (_, index) => ({
      username: `lane-${index}@up42.example`,
      password: canary(`password${index}`),
      projectId: randomUUID(),
      projectApiKey: canary(`key${index}`),
      workspaceId: randomUUID(),
    }));
    const emulator = await startEmulator({ accounts });
    const lanes = await Promise.all(
      accounts.map(async (account, index) => await openLane(emulator, account, `lane${index}`)),
    );
    return new Lanes(emulator, await programFolder(), lanes, without);
  }

  /** A process of its own, to be killed. */
  async ownHost(lane: Lane): Promise<DynamicHost> {
    return await this.#start([lane], "hurried");
  }

  /** Works with one of the shared processes. */
  async withHost<T>(pace: Pace, work: (host: DynamicHost) => Promise<T>): Promise<T> {
    const shared = await this.#shared(pace);
    shared.users += 1;
    shared.commands += 1;
    try {
      return await work(shared.host);
    } finally {
      shared.users -= 1;
      if (shared.users === 0 && shared.commands >= MOST_COMMANDS) await this.end(shared.host);
    }
  }

  /** Every access token that UP42 handed out. */
  get tokens(): ReadonlySet<string> {
    return new Set(this.all.flatMap(({ proxy }) => [...proxy.tokens]));
  }

  /** Forgets the requests so far, which nobody looks at. */
  tidy(): void {
    this.emulator.clearRequests();
  }

  async end(host: DynamicHost): Promise<void> {
    await host.kill();
    this.outputs.push(host.output);
  }

  async close(): Promise<void> {
    for (const starting of this.#hosts.values()) await this.end((await starting).host);
    await Promise.all(this.all.map(async ({ proxy }) => await proxy.close()));
    await this.emulator.close();
    await this.folder.remove();
  }

  async #shared(pace: Pace): Promise<SharedHost> {
    const known = this.#hosts.get(pace);
    if (known !== undefined && (await known).commands < MOST_COMMANDS) return await known;
    // Another lane may have started one while this one waited.
    if (this.#hosts.get(pace) === known) {
      this.#hosts.set(
        pace,
        this.#start(this.all, pace).then((host) => new SharedHost(host)),
      );
    }
    return await this.#shared(pace);
  }

  async #start(lanes: readonly Lane[], pace: Pace): Promise<DynamicHost> {
    const provider = { isFresh: true, without: this.without };
    return await DynamicHost.start(this.folder.path, configOf(lanes, pace), provider);
  }
}

async function openLane(emulator: Emulator, account: Account, name: string): Promise<Lane> {
  const proxy = await FaultyProxy.start({ target: emulator.url, attemptMs: ATTEMPT_TIMEOUT_MS });
  const { workspaceId } = account;
  return {
    profiles: [name, `${name}-b`],
    account,
    proxy,
    webhooks: () => emulator.webhooks(workspaceId),
    colleague: async () => await loginAs(emulator, account),
  };
}

function configOf(lanes: readonly Lane[], pace: Pace): Properties {
  const timeoutSeconds = pace === "hurried" ? TIMEOUT_SECONDS : CALM_TIMEOUT_SECONDS;
  const settings = lanes.flatMap((lane) =>
    lane.profiles.flatMap((profile) => settingsOf(lane, profile, timeoutSeconds)),
  );
  return Object.fromEntries(settings);
}

function settingsOf({ account, proxy }: Lane, profile: string, timeoutSeconds: number): [string, string][] {
  return [
    [`up42-${profile}:username`, account.username],
    [`up42-${profile}:password`, account.password],
    [`up42-${profile}:workspaceId`, account.workspaceId],
    [`up42-${profile}:apiUrl`, proxy.url],
    [`up42-${profile}:timeoutSeconds`, String(timeoutSeconds)],
  ];
}
