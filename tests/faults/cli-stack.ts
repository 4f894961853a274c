import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { startEmulator } from "up42-emulator";
import {
  descendants,
  describeResult,
  isRunning,
  type RunningCommand,
  signalAll,
} from "../../tools/process.mjs";
import { DYNAMIC_HOST_FILE } from "../support/dynamic-host";
import { type ExportedStack, nameOf } from "../support/engine";
import { createProject, type PulumiProject } from "../support/pulumi";
import { canary } from "../support/secrets";
import { loginAs } from "../support/up42-account";
import { cliProgram, cliProject, secretsIn } from "./cli-program";
import { type DoorKind, WEBHOOK_TYPES } from "./door";
import { deleteEmptyChecksums, readState } from "./file-backend";
import { atInterruption, type Interruption } from "./interruptions";
import { ATTEMPT_TIMEOUT_MS, CALM_TIMEOUT_SECONDS, TIMEOUT_SECONDS } from "./lane";
import { FaultyProxy } from "./proxy";
import { type RunResult, runOnce } from "./run";
import type { ScenarioKind } from "./scenario";
import {
  type Circumstances,
  type Command,
  type Entry,
  type Failures,
  IN_COMPONENT,
  type Stack,
  WHOLE_COMMAND,
} from "./stack";

const POLL_MS = 50;

/** What the processes of a door are known by. */
const HOSTS: Readonly<Record<DoorKind, string>> = {
  dynamic: DYNAMIC_HOST_FILE,
  plugin: "plugin/start.js",
};

/** A run with the real CLI, in an account and a project of its own. */
export async function runWithCli(seed: number, door: DoorKind, scenario?: ScenarioKind): Promise<RunResult> {
  const account = {
    username: "faults@up42.example",
    password: canary("password"),
    projectId: randomUUID(),
    projectApiKey: canary("key"),
    workspaceId: randomUUID(),
  };
  const emulator = await startEmulator({ accounts: [account] });
  const proxy = await FaultyProxy.start({ target: emulator.url, attemptMs: ATTEMPT_TIMEOUT_MS });
  const profile = (namespace: string) => ({
    [`${namespace}:username`]: account.username,
    [`${namespace}:password`]: { secret: account.password },
    [`${namespace}:workspaceId`]: account.workspaceId,
    [`${namespace}:apiUrl`]: proxy.url,
  });
  const config = { ...profile("up42"), ...profile("up42-b") };
  const project = await createProject({ program: cliProject(door), config });
  try {
    const surroundings = {
      proxy,
      webhooks: () => emulator.webhooks(),
      colleague: async () => await loginAs(emulator, account),
    };
    const stack = new CliStack(project, proxy, door);
    return await runOnce({ level: "cli", seed, stack, surroundings, scenario });
  } finally {
    await project.dispose();
    await proxy.close();
    await emulator.close();
  }
}

/** A stack of the real CLI. */
class CliStack implements Stack {
  readonly interruptions: string[] = [];
  /** Processes whose CLI was killed: they are left alone until the run is over. */
  readonly #leftBehind: number[] = [];
  readonly #killed: RunningCommand[] = [];
  #isNewlyKilled = false;
  readonly #outputs: string[] = [];
  /** Whether Pulumi advised a refresh since the last one: an update or a delete was cut off, or the host was gone. */
  #isRefreshDue = false;
  /** The secrets in the stack's configuration. */
  readonly #secrets = new Map<string, string>();

  constructor(
    private readonly project: PulumiProject,
    private readonly proxy: FaultyProxy,
    private readonly door: DoorKind,
  ) {}

  get seesUntargeted(): boolean {
    return this.door === "dynamic";
  }

  async run(command: Command, { interruption, isCalm = false }: Circumstances): Promise<Failures> {
    const failsTest = interruption?.kind === "failing test" && command.kind === "up";
    await this.#write(command, failsTest);
    const timeout = String(isCalm ? CALM_TIMEOUT_SECONDS : TIMEOUT_SECONDS);
    const running = this.project.start([command.kind, "--yes", "--skip-preview"], {
      args: await this.#options(command),
      env: { UP42_TIMEOUT_SECONDS: timeout, UP42_B_TIMEOUT_SECONDS: timeout },
    });
    if (failsTest) {
      this.interruptions.push("failing test in up");
    }
    const stop =
      interruption === undefined || interruption.kind === "failing test"
        ? () => undefined
        : atInterruption(this.proxy, interruption, () => this.#interrupt(running, interruption, command));
    while (isRunning(running.pid)) {
      await delay(POLL_MS);
    }
    stop();
    if (this.#killed.includes(running)) {
      await this.#unlock();
      // The next command warns of these, and then forgets them.
      this.#isRefreshDue ||= (await this.#state()).deployment.pending_operations.length > 0;
      return new Map([[WHOLE_COMMAND, "was killed"]]);
    }
    const result = await running.result;
    this.#outputs.push(describeResult(result));
    if (result.exitCode === 0 && command.kind === "refresh") {
      this.#isRefreshDue = false;
    }
    return result.exitCode === 0 ? new Map() : await this.#failuresIn(describeResult(result), command);
  }

  async entries(): Promise<readonly Entry[]> {
    return (await this.#resources()).map(({ name, id }) => ({ name, id }));
  }

  async hasPendingOperations(): Promise<boolean> {
    const { pending_operations } = (await this.#state()).deployment;
    return this.#isRefreshDue || pending_operations.some(({ type }) => type !== "creating");
  }

  async forget(name: string): Promise<void> {
    const entry = (await this.#resources()).find((one) => one.name === name);
    if (entry !== undefined) {
      await this.project.run(["state", "delete", "--yes", entry.urn]);
    }
  }

  async texts(): Promise<Readonly<Record<string, string>>> {
    return { ...(await this.project.files()), outputs: this.#outputs.join("\n") };
  }

  async quiet(): Promise<void> {
    if (this.#isNewlyKilled) {
      await delay(2 * ATTEMPT_TIMEOUT_MS);
    }
    this.#isNewlyKilled = false;
  }

  async close(): Promise<void> {
    // By then, all that a host without an engine could still do has been done.
    if (this.#killed.length > 0) {
      await delay(TIMEOUT_SECONDS * 1000);
    }
    signalAll(this.#leftBehind, "SIGKILL");
    await Promise.all(
      this.#killed.map(async ({ result }) => this.#outputs.push(describeResult(await result))),
    );
  }

  /** Ctrl-C and a closed terminal reach the CLI and all in its process group; `kill -9` only what it names. */
  #interrupt(running: RunningCommand, { kind }: Interruption, command: Command): void {
    const started = descendants(running.pid);
    const hosts = started.filter(({ command: line }) => line.includes(HOSTS[this.door]));
    if (hosts.length === 0) {
      return;
    }
    this.interruptions.push(`${kind} in ${command.kind}`);
    if (kind === "kill -9 of the host") {
      this.#isRefreshDue = true;
      signalAll(
        hosts.map(({ pid }) => pid),
        "SIGKILL",
      );
    } else if (kind === "Ctrl-C") {
      signalAll([-running.pid], "SIGINT");
    } else {
      this.#killed.push(running);
      this.#isNewlyKilled = true;
      this.#leftBehind.push(...started.map(({ pid }) => pid));
      signalAll(
        [kind === "SIGHUP of the CLI" ? -running.pid : running.pid],
        kind === "SIGHUP of the CLI" ? "SIGHUP" : "SIGKILL",
      );
    }
  }

  /** A killed CLI leaves its lock, and at times a backend with an empty file. */
  async #unlock(): Promise<void> {
    await deleteEmptyChecksums(this.project.env.PULUMI_BACKEND_URL ?? "");
    await this.project.run(["cancel", "--yes"]);
  }

  async #options({ targets, replaced }: Command): Promise<readonly string[]> {
    const known = await this.#resources();
    const type = WEBHOOK_TYPES[this.door];
    const urn = (name: string): string => known.find((one) => one.name === name)?.urn ?? urnOf(type, name);
    return [
      ...(targets ?? []).flatMap((name) => ["--target", urn(name)]),
      ...(replaced === undefined ? [] : ["--target-replace", urn(replaced)]),
    ];
  }

  /** Which resource each line of an output speaks of: by the name that a webhook has at UP42, or by its id. */
  async #failuresIn(output: string, { program }: Command): Promise<Failures> {
    const entries = await this.#resources();
    const failures = new Map<string, string>();
    for (const line of output.split("\n").filter((one) => one.includes("Failed to "))) {
      const ofEntry = entries.find(({ id }) => new RegExp(`(delete|update|read) webhook .*${id}`).test(line));
      const ofProgram = [...program].find(([, { name }]) => line.includes(`webhook "${String(name)}"`));
      failures.set(ofEntry?.name ?? ofProgram?.[0] ?? WHOLE_COMMAND, line);
    }
    return failures.size > 0 ? failures : new Map([[WHOLE_COMMAND, output]]);
  }

  async #resources(): Promise<readonly (Entry & { readonly urn: string })[]> {
    const { resources } = (await this.#state()).deployment;
    return resources
      .filter(({ type }) => type === WEBHOOK_TYPES[this.door])
      .map(({ urn, id = "" }) => ({
        urn,
        id,
        name: `${urn.includes("$") ? IN_COMPONENT : ""}${nameOf(urn)}`,
      }));
  }

  /** The state as the backend has it; a command for it would take longer than all else. */
  async #state(): Promise<ExportedStack> {
    return await readState(this.project.env.PULUMI_BACKEND_URL ?? "");
  }

  /** Secrets come from the configuration, as in a real program. */
  async #write(command: Command, failsTest: boolean): Promise<void> {
    const news = secretsIn(command.program).filter(([key, secret]) => this.#secrets.get(key) !== secret);
    const settings = news.flatMap(([key, secret]) => ["--secret", `test:${key}=${secret}`]);
    if (news.length > 0) {
      await this.project.run(["config", "set-all", ...settings]);
    }
    for (const [key, secret] of news) {
      this.#secrets.set(key, secret);
    }
    await this.project.writeProgram(cliProgram(command, this.door, failsTest));
  }
}

/** The URN of a resource that is not in the state yet. */
function urnOf(type: string, name: string): string {
  return name.startsWith(IN_COMPONENT)
    ? `urn:pulumi:dev::test::test:index:Group$${type}::${name.slice(IN_COMPONENT.length)}`
    : `urn:pulumi:dev::test::${type}::${name}`;
}
