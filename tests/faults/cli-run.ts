import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { type Account, type Emulator, startEmulator } from "up42-emulator";
import { descendants, describeResult, signalAll } from "../../tools/process.mjs";
import { createProject, type PulumiProject } from "../support/pulumi";
import { canary } from "../support/secrets";
import { type Colleague, loginAs, webhookBody } from "../support/up42-account";
import { carryOut, compare, type Findings, noFindings } from "./compare";
import type { Program } from "./engine";
import { deleteEmptyChecksums } from "./file-backend";
import { ATTEMPT_TIMEOUT_MS, TIMEOUT_SECONDS } from "./lanes";
import { leaks } from "./leaks";
import { FaultyProxy } from "./proxy";
import { Random } from "./random";
import type { RunResult } from "./run";
import { BYSTANDER, changeProgram, drawProgram } from "./scenario";

const COMMANDS = ["up", "change", "refresh", "destroy"] as const;
const VICTIMS = ["the host", "the CLI"] as const;
const MOST_TRIES = 5;
/** A killed command's host may still have something to send. */
const AFTERMATH_MS = 500;

/** A stack of the real CLI, whose host or CLI is killed in the middle of a command, and that then recovers. */
export async function runWithCli(seed: number): Promise<RunResult> {
  const account = {
    username: "faults@up42.example",
    password: canary("password"),
    projectId: randomUUID(),
    projectApiKey: canary("key"),
    workspaceId: randomUUID(),
  };
  const emulator = await startEmulator({ accounts: [account] });
  const proxy = await FaultyProxy.start({ target: emulator.url, attemptMs: ATTEMPT_TIMEOUT_MS });
  const project = await createProject({
    program: "",
    config: {
      "up42:username": account.username,
      "up42:password": { secret: account.password },
      "up42:apiUrl": proxy.url,
      "up42:timeoutSeconds": String(TIMEOUT_SECONDS),
    },
  });
  try {
    const run = new CliRun(seed, project, emulator, account, proxy);
    await carryOut(run.findings, async () => await run.live());
    return { level: "cli", seed, faults: run.faults, findings: run.findings, trace: run.trace };
  } finally {
    await project.dispose();
    await proxy.close();
    await emulator.close();
  }
}

class CliRun {
  readonly faults: string[] = [];
  readonly trace: string[] = [];
  readonly findings: Findings = noFindings();
  readonly #random: Random;
  #program: Program;

  constructor(
    seed: number,
    private readonly project: PulumiProject,
    private readonly emulator: Emulator,
    private readonly account: Account,
    private readonly proxy: FaultyProxy,
  ) {
    this.#random = new Random(seed);
    this.#program = drawProgram(this.#random);
    proxy.log = (line) => this.trace.push(line);
  }

  async live(): Promise<void> {
    await (await this.#colleague()).create(webhookBody(BYSTANDER));
    const command = this.#random.pick(COMMANDS);
    await this.#write(this.#program);
    if (command !== "up") {
      await this.project.up();
      if (command === "change") this.#program = changeProgram(this.#random, this.#program);
      await this.#write(this.#program);
    }
    await this.#killed(command === "change" ? "up" : command, this.#random.pick(VICTIMS));
    if (command === "destroy") await this.#recover("destroy", new Map());
    else await this.#recover("up", this.#program);
    await this.#compare(command === "destroy" ? new Map() : this.#program);
  }

  /** Runs a command and kills somebody when a certain request reaches UP42, or when UP42 has answered it. */
  async #killed(command: string, victim: (typeof VICTIMS)[number]): Promise<void> {
    const flags = this.#random.chance(0.5) ? ["--debug"] : [];
    const running = this.project.start([command, "--yes", "--skip-preview", ...flags]);
    const stage = this.#random.pick(["arrived", "committed"] as const);
    let countdown = this.#random.whole(1, command === "up" ? 5 : 2);
    const left: number[] = [];
    const killed = new Promise<void>((resolve) => {
      this.proxy.observer = (_request, at) => {
        if (at !== stage) return;
        countdown -= 1;
        if (countdown !== 0) return;
        const started = descendants(running.pid);
        const host = started.find(({ command: line }) => line.includes("cmd/dynamic-provider"));
        const target = victim === "the host" ? host?.pid : running.pid;
        if (target === undefined) return;
        process.kill(target, "SIGKILL");
        this.faults.push(`kill -9 of ${victim} in ${command}`);
        this.trace.push(`killed ${victim}`);
        if (victim === "the CLI") left.push(...started.map(({ pid }) => pid));
        resolve();
      };
    });
    const ended = running.result.then(() => undefined);
    await Promise.race([killed, ended]);
    if (left.length > 0) await delay(AFTERMATH_MS);
    await this.proxy.idle();
    signalAll(left, "SIGKILL");
    const result = await running.result;
    this.proxy.observer = undefined;
    this.trace.push(describeResult(result));
    this.#lookForSecrets(command, describeResult(result));
    if (left.length > 0) await this.#unlock();
  }

  /** A killed CLI leaves its lock, and at times a backend that needs mending. */
  async #unlock(): Promise<void> {
    const deleted = await deleteEmptyChecksums(this.project.env.PULUMI_BACKEND_URL ?? "");
    this.trace.push(...deleted.map((file) => `deleted the empty ${file}`));
    await this.project.run(["cancel", "--yes"]);
  }

  /** As a user does: the command again, until it works, and between what the errors say. */
  async #recover(command: "up" | "destroy", program: Program): Promise<void> {
    let current = program;
    for (let tries = 1; ; tries += 1) {
      const running = this.project.start([command, "--yes", "--skip-preview"]);
      const result = await running.result;
      const output = describeResult(result);
      this.trace.push(output);
      this.#lookForSecrets("recovery", output);
      if (result.exitCode === 0) return;
      if (tries === MOST_TRIES) {
        this.findings.lost.push(`${command} still fails: ${output}`);
        return;
      }
      await this.#removeDeliberateDoubles();
      if (output.includes("Run `pulumi refresh`")) {
        this.trace.push(
          describeResult(await this.project.start(["refresh", "--yes", "--skip-preview"]).result),
        );
      }
      current = new Map(
        [...current].map(([resource, webhook]) => [
          resource,
          saysToAdopt(output, webhook.name) && webhook.ifExists !== "create"
            ? { ...webhook, ifExists: "adopt" }
            : webhook,
        ]),
      );
      await this.#write(current);
    }
  }

  /** With `ifExists: "create"` only the user can tell a left-over, from what the interrupted command said. */
  async #removeDeliberateDoubles(): Promise<void> {
    const claimed = new Set([...(await this.#state()).values()].map(({ id }) => id));
    for (const { id, name } of this.emulator.webhooks()) {
      if (name === "twin" && !claimed.has(id)) await (await this.#colleague()).delete(id);
    }
  }

  async #compare(program: Program): Promise<void> {
    compare(program, await this.#state(), this.emulator.webhooks(), this.findings);
    for (const [file, text] of Object.entries(await this.project.files())) this.#lookForSecrets(file, text);
  }

  async #state(): Promise<Map<string, { readonly id: string }>> {
    const { stack } = await this.project.exportStack();
    return new Map(
      stack.deployment.resources
        .filter(({ type }) => type === "pulumi-nodejs:dynamic/up42:Webhook")
        .map(({ urn, id = "" }) => [urn.slice(urn.lastIndexOf("::") + 2), { id }]),
    );
  }

  /** Secrets come from the configuration, as in a real program. */
  async #write(program: Program): Promise<void> {
    const lines = [...program].map(([resource, { secret, ...args }]) => {
      const encrypted =
        secret === undefined ? "" : `, secret: config.requireSecret(${JSON.stringify(resource)})`;
      return `new Webhook(${JSON.stringify(resource)}, { ...${JSON.stringify(args)}${encrypted} });`;
    });
    const secrets = [...program].flatMap(([resource, { secret }]) =>
      typeof secret === "string" ? ["--secret", `test:${resource}=${secret}`] : [],
    );
    if (secrets.length > 0) await this.project.run(["config", "set-all", ...secrets]);
    await this.project.writeProgram(
      ['const { Config } = require("@pulumi/pulumi");', 'const { Webhook } = require("pulumi-up42");']
        .concat("const config = new Config();", lines)
        .join("\n"),
    );
  }

  async #colleague(): Promise<Colleague> {
    return await loginAs(this.emulator, this.account);
  }

  #lookForSecrets(where: string, text: string): void {
    if (leaks(text, this.proxy.tokens)) this.findings.leaked.push(`${where} holds a secret`);
  }
}

/** Whether the create of the webhook with this name failed, and the error names adoption as a way out. */
function saysToAdopt(output: string, name: unknown): boolean {
  return output
    .split("\n")
    .some((line) => line.includes(`create webhook "${String(name)}"`) && line.includes('ifExists: "adopt"'));
}
