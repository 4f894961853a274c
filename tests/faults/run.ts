import { webhookBody } from "../support/up42-account";
import { carryOut, compare, type Findings, noFindings } from "./compare";
import { Engine, type Failures, type Program, type State } from "./engine";
import type { Lane, Lanes } from "./lanes";
import { leaks } from "./leaks";
import { FaultPlan } from "./plan";
import { Random, seedOfRun } from "./random";
import { Recovery } from "./recover";
import { BYSTANDER, changeProgram, drawProgram } from "./scenario";

/** How likely a request is to meet a fault; a run has one of these. */
const PROBABILITIES = [0.12, 0.25, 0.4] as const;
/** How likely a command is to be killed in the middle. */
const KILLS = 0.04;

/** What a run did and what was found after it. */
export interface RunResult {
  /** Against the host alone, or with the whole CLI. */
  readonly level: "host" | "cli";
  readonly seed: number;
  readonly faults: readonly string[];
  readonly findings: Findings;
  /** Every request, fault and error, to see how it came to that. */
  readonly trace: readonly string[];
}

/** One stack's life under faults: it is deployed, changed, refreshed and destroyed, and compared after each. */
export async function runOnce(lanes: Lanes, lane: Lane, seed: number): Promise<RunResult> {
  const run = new Run(lanes, lane, seed);
  await carryOut(run.findings, async () => await run.live());
  return { level: "host", seed, faults: run.faults, findings: run.findings, trace: run.trace };
}

class Run {
  readonly faults: string[] = [];
  readonly trace: string[] = [];
  readonly findings: Findings = noFindings();
  readonly #state: State = new Map();
  readonly #random: Random;
  readonly #plan: FaultPlan;

  constructor(
    private readonly lanes: Lanes,
    private readonly lane: Lane,
    seed: number,
  ) {
    this.#random = new Random(seed);
    lane.proxy.log = (line) => this.#note(line);
    // Of its own: requests do not come in the same order twice, and must not change what the run does.
    this.#plan = new FaultPlan(new Random(seedOfRun(seed, 0)), this.#random.pick(PROBABILITIES));
  }

  async live(): Promise<void> {
    const random = this.#random;
    let program = drawProgram(random);
    await (await this.lane.colleague()).create(webhookBody(BYSTANDER));
    await this.#leaveOver(program);
    await this.#command(program, async (engine) => await engine.up(program));
    if (random.chance(0.4)) {
      program = changeProgram(random, program);
      await this.#command(program, async (engine) => await engine.up(program));
    }
    if (random.chance(0.3)) {
      await this.#meddle();
      await this.#command(program, async (engine) => await engine.refresh(), "refresh");
    }
    if (random.chance(0.5)) {
      await this.#command(new Map(), async (engine) => await engine.destroy());
    }
    await this.#clean();
  }

  /** Runs one command under faults, recovers when it failed, and compares. */
  async #command(
    program: Program,
    work: (engine: Engine) => Promise<Failures>,
    kind: "up" | "refresh" = "up",
  ): Promise<void> {
    this.#note(`${kind} of ${[...program.keys()].join(", ")}`);
    const failures = await this.#underFaults(work);
    this.#lookForSecrets(failures);
    for (const [resource, message] of failures) this.#note(`${resource} failed: ${message}`);
    if (failures.size > 0 || kind === "refresh") {
      const recovery = new Recovery(this.lanes, this.lane, this.#state);
      if (kind === "refresh" && failures.size > 0) await recovery.refresh();
      const last = await recovery.up(program, failures);
      this.#lookForSecrets(last);
      for (const [name, message] of last) this.findings.lost.push(`${name} cannot be deployed: ${message}`);
    }
    compare(program, this.#state, this.lane.webhooks(), this.findings);
  }

  async #underFaults(work: (engine: Engine) => Promise<Failures>): Promise<Failures> {
    const { proxy } = this.lane;
    const isKilled = this.#random.chance(KILLS);
    proxy.plan = this.#plan;
    try {
      return isKilled
        ? await this.#killed(work)
        : await this.lanes.withSession(this.lane, "hurried", async ({ host, profile }) =>
            work(new Engine(host, profile, this.#state)),
          );
    } finally {
      proxy.plan = undefined;
      await proxy.idle();
      this.faults.push(...proxy.faults.splice(0).map(({ kind }) => kind));
    }
  }

  /** The host is killed at some request: before UP42 sees it, or after its commit. */
  async #killed(work: (engine: Engine) => Promise<Failures>): Promise<Failures> {
    const { proxy } = this.lane;
    const { host, profile } = await this.lanes.ownSession(this.lane);
    const stage = this.#random.pick(["arrived", "committed"] as const);
    let countdown = this.#random.whole(1, 8);
    proxy.observer = (_request, at) => {
      if (at !== stage) return;
      countdown -= 1;
      if (countdown !== 0) return;
      this.faults.push("kill -9 of the host");
      host.killNow();
    };
    try {
      return await work(new Engine(host, profile, this.#state));
    } finally {
      proxy.observer = undefined;
      await this.lanes.end(host);
    }
  }

  /** Sometimes the workspace has a webhook already that looks like one of ours. */
  async #leaveOver(program: Program): Promise<void> {
    const [webhook] = program.values();
    if (webhook === undefined || webhook.ifExists === "create" || !this.#random.chance(0.15)) return;
    await (await this.lane.colleague()).create(webhookBody(webhook));
  }

  /** Sometimes somebody changes or deletes a webhook outside of the stack, for a refresh to see. */
  async #meddle(): Promise<void> {
    const colleague = await this.lane.colleague();
    for (const { id, outputs } of this.#state.values()) {
      const luck = this.#random.next();
      if (luck < 0.15) await colleague.delete(id);
      else if (luck < 0.3) await colleague.change(id, { active: outputs.active !== true, secret: undefined });
    }
  }

  #note(line: string): void {
    this.trace.push(`${new Date().toISOString().slice(17, 23)} ${line}`);
  }

  #lookForSecrets(failures: Failures): void {
    const { tokens } = this.lane.proxy;
    for (const message of failures.values()) {
      if (leaks(message, tokens)) this.findings.leaked.push(message);
    }
    for (const { inputs, outputs } of this.#state.values()) {
      const text = JSON.stringify([inputs, outputs], (key, value: unknown) =>
        key === "secret" ? undefined : value,
      );
      if (leaks(text, tokens)) this.findings.leaked.push(`in the state: ${text}`);
    }
  }

  /** Whatever a run left must not disturb the next one in this lane. */
  async #clean(): Promise<void> {
    const colleague = await this.lane.colleague();
    for (const { id } of this.lane.webhooks()) await colleague.delete(id);
  }
}
