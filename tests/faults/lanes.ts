import { randomUUID } from "node:crypto";
import { type Account, type Emulator, type StoredWebhook, startEmulator } from "up42-emulator";
import { canary } from "../support/secrets";
import { programFolder } from "./folder";
import { DynamicHost, type Properties } from "./host";
import { FaultyProxy } from "./proxy";

export const TIMEOUT_SECONDS = 2;
/** As in the provider: a quarter of the operation's time. */
export const ATTEMPT_TIMEOUT_MS = (TIMEOUT_SECONDS * 1000) / 4;

/** A place for one run at a time: an account with its workspace, and a proxy before it. */
export interface Lane {
  readonly profile: string;
  readonly account: Account;
  readonly proxy: FaultyProxy;
  /** The webhooks that UP42 has in this lane's workspace. */
  webhooks(): StoredWebhook[];
  /** Calls the emulator's API past the proxy, as somebody outside of the stack. */
  outside(method: string, id: string, body?: Properties): Promise<void>;
}

interface SharedHost {
  readonly host: DynamicHost;
  readonly usedBy: Set<Lane>;
  users: number;
}

/** Lanes beside each other over one emulator, and the hosts that serve them, each lane once. */
export class Lanes {
  readonly free: Lane[] = [];
  /** What the hosts printed that were ended so far. */
  readonly outputs: string[] = [];
  #shared: SharedHost | Promise<SharedHost> | undefined;

  private constructor(
    private readonly emulator: Emulator,
    private readonly folder: Awaited<ReturnType<typeof programFolder>>,
    private readonly all: readonly Lane[],
    private readonly preload: string | undefined,
  ) {
    this.free.push(...all);
  }

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

  /** A host of its own, to be killed. */
  async ownHost(): Promise<DynamicHost> {
    return await DynamicHost.start(this.folder.path, configOf(this.all), this.preload);
  }

  /** Works with a host that has not served this lane yet: for the lane, it is a new process. */
  async withHost<T>(lane: Lane, work: (host: DynamicHost) => Promise<T>): Promise<T> {
    const shared = await this.#hostFor(lane);
    try {
      return await work(shared.host);
    } finally {
      shared.users -= 1;
      if (shared !== this.#shared && shared.users === 0) await this.#end(shared.host);
    }
  }

  /** Forgets the requests so far, which nobody looks at. */
  tidy(): void {
    this.emulator.clearRequests();
  }

  async end(host: DynamicHost): Promise<void> {
    await this.#end(host);
  }

  async close(): Promise<void> {
    const last = await this.#shared;
    if (last !== undefined) await this.#end(last.host);
    await Promise.all(this.all.map(async ({ proxy }) => await proxy.close()));
    await this.emulator.close();
    await this.folder.remove();
  }

  async #hostFor(lane: Lane): Promise<SharedHost> {
    for (;;) {
      const current = await this.#shared;
      if (current !== undefined && !current.usedBy.has(lane)) {
        current.usedBy.add(lane);
        current.users += 1;
        return current;
      }
      await this.#replace(current);
    }
  }

  async #replace(used: SharedHost | undefined): Promise<void> {
    if (this.#shared !== used) return;
    const starting = this.ownHost().then((host) => ({ host, usedBy: new Set<Lane>(), users: 0 }));
    this.#shared = starting;
    if (used !== undefined && used.users === 0) await this.#end(used.host);
    const started = await starting;
    if (this.#shared === starting) this.#shared = started;
  }

  async #end(host: DynamicHost): Promise<void> {
    await host.kill();
    this.outputs.push(host.output);
  }
}

async function openLane(emulator: Emulator, account: Account, profile: string): Promise<Lane> {
  const proxy = await FaultyProxy.start({ target: emulator.url, attemptMs: ATTEMPT_TIMEOUT_MS });
  const { workspaceId } = account;
  return {
    profile,
    account,
    proxy,
    webhooks: () => emulator.webhooks(workspaceId),
    outside: async (method, id, body) => {
      const form = new URLSearchParams({
        grant_type: "password",
        client_id: "up42-api",
        username: account.username,
        password: account.password,
      });
      const login = await fetch(`${emulator.url}/realms/public/protocol/openid-connect/token`, {
        method: "POST",
        body: form,
      });
      const token = /"access_token":"([^"]+)"/.exec(await login.text())?.[1] ?? "";
      const answer = await fetch(`${emulator.url}/workspaces/${workspaceId}/webhooks${id && `/${id}`}`, {
        method,
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (!answer.ok) throw new Error(`${method} ${id} past the proxy: HTTP ${answer.status}`);
    },
  };
}

function configOf(lanes: readonly Lane[]): Properties {
  return Object.fromEntries(
    lanes.flatMap(({ profile, account, proxy }) => [
      [`up42-${profile}:username`, account.username],
      [`up42-${profile}:password`, account.password],
      [`up42-${profile}:workspaceId`, account.workspaceId],
      [`up42-${profile}:apiUrl`, proxy.url],
      [`up42-${profile}:timeoutSeconds`, String(TIMEOUT_SECONDS)],
    ]),
  );
}
