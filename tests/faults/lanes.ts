import { randomUUID } from "node:crypto";
import { type Account, type Emulator, type StoredWebhook, startEmulator } from "up42-emulator";
import { canary } from "../support/secrets";
import { type Colleague, loginAs } from "../support/up42-account";
import { programFolder } from "./folder";
import { DynamicHost, type Properties } from "./host";
import { FaultyProxy } from "./proxy";

export const TIMEOUT_SECONDS = 4;
/** For the recovery, which is without faults: a busy machine must not be taken for one. */
const CALM_TIMEOUT_SECONDS = 60;
/** As in the provider: a quarter of the operation's time. */
export const ATTEMPT_TIMEOUT_MS = (TIMEOUT_SECONDS * 1000) / 4;

/** A place for one run at a time: an account with its workspace, and a proxy before it. */
export interface Lane {
  readonly name: string;
  readonly account: Account;
  readonly proxy: FaultyProxy;
  /** The webhooks that UP42 has in this lane's workspace. */
  webhooks(): StoredWebhook[];
  /** Logs in past the proxy, as a colleague beside the stack. Logs in each time: a run is longer than a token lives. */
  colleague(): Promise<Colleague>;
}

/** How often a host serves a lane, each time under another profile. */
const PROFILES = 20;
/** So many hosts are kept for lanes that have not used them up. */
const MOST_HOSTS = 3;

/** Which of the two time-outs a command has. */
export type Pace = "hurried" | "calm";

/** A host that serves many lanes. */
class SharedHost {
  users = 0;
  readonly #served = new Map<Lane, number>();

  constructor(readonly host: DynamicHost) {}

  /** A profile that this host has not served yet, if there is one left. */
  profileFor(lane: Lane, pace: Pace): string | undefined {
    const served = this.#served.get(lane) ?? 0;
    this.#served.set(lane, served + 1);
    return served < PROFILES ? profileOf(lane, pace, served) : undefined;
  }
}

/** A command's connection to a host: for the provider, a process of its own. */
export interface Session {
  readonly host: DynamicHost;
  readonly profile: string;
}

/** Lanes beside each other over one emulator, and the hosts that serve them, each lane once. */
export class Lanes {
  /** What the hosts printed that were ended so far. */
  readonly outputs: string[] = [];
  readonly #hosts = new Set<SharedHost>();
  #starting: Promise<void> | undefined;

  private constructor(
    private readonly emulator: Emulator,
    private readonly folder: Awaited<ReturnType<typeof programFolder>>,
    readonly all: readonly Lane[],
    private readonly preload: string | undefined,
  ) {}

  static async open(count: number, preload?: string): Promise<Lanes> {
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
    return new Lanes(emulator, await programFolder(), lanes, preload);
  }

  /** A process of its own, to be killed. */
  async ownSession(lane: Lane): Promise<Session> {
    const host = await DynamicHost.start(this.folder.path, configOf([lane], 1), this.preload);
    return { host, profile: profileOf(lane, "hurried", 0) };
  }

  /** Works with a session in one of the shared processes. */
  async withSession<T>(lane: Lane, pace: Pace, work: (session: Session) => Promise<T>): Promise<T> {
    const [shared, profile] = await this.#take(lane, pace);
    shared.users += 1;
    try {
      return await work({ host: shared.host, profile });
    } finally {
      shared.users -= 1;
      if (shared.users === 0 && !this.#hosts.has(shared)) await this.end(shared.host);
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
    await Promise.all([...this.#hosts].map(async ({ host }) => await this.end(host)));
    await Promise.all(this.all.map(async ({ proxy }) => await proxy.close()));
    await this.emulator.close();
    await this.folder.remove();
  }

  async #take(lane: Lane, pace: Pace): Promise<readonly [SharedHost, string]> {
    for (;;) {
      for (const shared of this.#hosts) {
        const profile = shared.profileFor(lane, pace);
        if (profile !== undefined) return [shared, profile];
      }
      this.#starting ??= this.#start().finally(() => {
        this.#starting = undefined;
      });
      await this.#starting;
    }
  }

  async #start(): Promise<void> {
    const config = configOf(this.all, PROFILES);
    const started = new SharedHost(await DynamicHost.start(this.folder.path, config, this.preload));
    const [oldest] = this.#hosts;
    this.#hosts.add(started);
    if (oldest === undefined || this.#hosts.size <= MOST_HOSTS) return;
    this.#hosts.delete(oldest);
    if (oldest.users === 0) await this.end(oldest.host);
  }
}

async function openLane(emulator: Emulator, account: Account, name: string): Promise<Lane> {
  const proxy = await FaultyProxy.start({ target: emulator.url, attemptMs: ATTEMPT_TIMEOUT_MS });
  const { workspaceId } = account;
  return {
    name,
    account,
    proxy,
    webhooks: () => emulator.webhooks(workspaceId),
    colleague: async () => await loginAs(emulator, account),
  };
}

function profileOf({ name }: Lane, pace: Pace, index: number): string {
  return `${name}-${pace}-${index}`;
}

function configOf(lanes: readonly Lane[], profiles: number): Properties {
  const settings = lanes.flatMap((lane) =>
    Array.from({ length: profiles }, (_, index) => index).flatMap((index) => [
      ...settingsOf(lane, profileOf(lane, "hurried", index), TIMEOUT_SECONDS),
      ...settingsOf(lane, profileOf(lane, "calm", index), CALM_TIMEOUT_SECONDS),
    ]),
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
