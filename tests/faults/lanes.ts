import { randomUUID } from "node:crypto";
import { type Emulator, startEmulator } from "up42-emulator";
import { canary } from "../support/secrets";
import type { Control } from "./control";
import type { Door, DoorKind } from "./door";
import { DynamicDoor } from "./dynamic-door";
import { programFolder } from "./folder";
import { type Lane, openLane } from "./lane";
import { PluginDoor } from "./plugin-door";

/** Lanes beside each other over one emulator, and the door to the provider that serves their commands. */
export class Lanes {
  private constructor(
    private readonly emulator: Emulator,
    private readonly folder: Awaited<ReturnType<typeof programFolder>>,
    readonly all: readonly Lane[],
    readonly door: Door,
  ) {}

  static async open(count: number, doorKind: DoorKind, without?: Control): Promise<Lanes> {
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
    const folder = await programFolder();
    const provider = { isFresh: true, without };
    const door =
      doorKind === "plugin"
        ? new PluginDoor(folder.path, provider)
        : new DynamicDoor(folder.path, provider, lanes);
    return new Lanes(emulator, folder, lanes, door);
  }

  /** Every access token that UP42 handed out. */
  get tokens(): ReadonlySet<string> {
    return new Set(this.all.flatMap(({ proxy }) => [...proxy.tokens]));
  }

  /** Forgets the requests so far, which nobody looks at. */
  tidy(): void {
    this.emulator.clearRequests();
  }

  async close(): Promise<void> {
    await this.door.close();
    await Promise.all(this.all.map(async ({ proxy }) => await proxy.close()));
    await this.emulator.close();
    await this.folder.remove();
  }
}
