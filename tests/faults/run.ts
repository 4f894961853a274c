import { canary } from "../support/secrets";
import { compare, type Findings } from "./compare";
import { Engine, type Failures, type Program, type State } from "./engine";
import type { DynamicHost, Properties } from "./host";
import type { Lane, Lanes } from "./lanes";
import { FaultPlan } from "./plan";
import { Random } from "./random";
import { recover } from "./recover";

const EVENTS = [["job.status"], ["order.status"], ["job.status", "order.status"]] as const;
const PROBABILITIES = [0.1, 0.2, 0.35] as const;
const KILLS = 0.08;

/** What a run did and what was found after it. */
export interface RunResult {
  readonly seed: number;
  readonly faults: readonly string[];
  readonly findings: Findings;
}

/** One stack's life under faults: it is deployed, changed, refreshed and destroyed, and compared after each. */
export async function runOnce(lanes: Lanes, lane: Lane, seed: number): Promise<RunResult> {
  const random = new Random(seed);
  const run = new Run(lanes, lane, random);
  await run.live();
  return { seed, faults: run.faults, findings: run.findings };
}

class Run {
  readonly faults: string[] = [];
  readonly findings: Findings = { lost: [], doubled: [], orphaned: [], leaked: [] };
  readonly #state: State = new Map();
  readonly #plan: FaultPlan;

  constructor(
    private readonly lanes: Lanes,
    private readonly lane: Lane,
    private readonly random: Random,
  ) {
    this.#plan = new FaultPlan(random, random.pick(PROBABILITIES));
  }

  async live(): Promise<void> {
    let program = this.#draw();
    await this.#phase(program, "up", async (engine) => await engine.up(program));
    if (this.random.chance(0.5)) {
      program = this.#change(program);
      await this.#phase(program, "up", async (engine) => await engine.up(program));
    }
    if (this.random.chance(0.4)) {
      await this.#phase(program, "refresh", async (engine) => await engine.refresh());
    }
    await this.#phase(new Map(), "destroy", async (engine) => await engine.destroy());
    await this.#clean();
  }

  async #phase(
    program: Program,
    command: string,
    work: (engine: Engine) => Promise<Failures>,
  ): Promise<void> {
    const before = this.#state.size;
    const failures = await this.#underFaults(work);
    this.#look(command, failures.values());
    if (command === "refresh" && this.#state.size < before) {
      this.findings.lost.push("a refresh forgot a webhook that is there");
    }
    if (failures.size > 0) {
      const last = await recover(this.lanes, this.lane, this.#state, program, failures);
      this.#look("recovery", last.values());
      this.findings.lost.push(
        ...[...last].map(([name, message]) => `${name} cannot be deployed: ${message}`),
      );
    }
    compare(this.#state, this.lane.webhooks(), this.findings);
  }

  async #underFaults(work: (engine: Engine) => Promise<Failures>): Promise<Failures> {
    const { proxy } = this.lane;
    proxy.plan = this.#plan;
    try {
      return this.random.chance(KILLS)
        ? await this.#killed(work)
        : await this.lanes.withHost(this.lane, async (host) => await work(new Engine(host, this.#state)));
    } finally {
      proxy.plan = undefined;
      await proxy.idle();
      this.faults.push(...proxy.faults.splice(0).map(({ kind }) => kind));
    }
  }

  /** The host is killed at some request: before UP42 sees it, or after its commit. */
  async #killed(work: (engine: Engine) => Promise<Failures>): Promise<Failures> {
    const { proxy } = this.lane;
    const host: DynamicHost = await this.lanes.ownHost();
    const stage = this.random.pick(["arrived", "committed"] as const);
    let countdown = this.random.whole(1, 8);
    proxy.observer = (_request, at) => {
      if (at !== stage) return;
      countdown -= 1;
      if (countdown !== 0) return;
      this.faults.push("kill -9 of the host");
      host.killNow();
    };
    try {
      return await work(new Engine(host, this.#state));
    } finally {
      proxy.observer = undefined;
      await this.lanes.end(host);
    }
  }

  #draw(): Program {
    const program = new Map<string, Properties>();
    for (let index = this.random.whole(1, 5); index > 0; index -= 1) {
      program.set(`webhook-${index}`, this.#webhook(`webhook-${index}`));
    }
    if (this.random.chance(0.25)) {
      const twin = { ...this.#webhook("twin"), ifExists: "create" };
      for (let index = this.random.whole(2, 3); index > 0; index -= 1) program.set(`twin-${index}`, twin);
    }
    return program;
  }

  #webhook(name: string): Properties {
    return {
      profile: this.lane.profile,
      name,
      url: `https://example.com/${name}`,
      events: [...this.random.pick(EVENTS)],
      active: this.random.chance(0.5),
      ...(this.random.chance(0.6) ? { secret: canary(name) } : {}),
      ...(this.random.chance(0.3) ? { ifExists: "adopt" } : {}),
    };
  }

  #change(program: Program): Program {
    const changed = new Map<string, Properties>();
    for (const [name, webhook] of program) {
      if (this.random.chance(0.2)) continue;
      const update = { ...webhook, active: webhook.active !== true, events: [...this.random.pick(EVENTS)] };
      changed.set(name, this.random.chance(0.6) ? update : webhook);
    }
    return changed.set("added", this.#webhook("added"));
  }

  #look(where: string, texts: Iterable<string>): void {
    for (const text of texts) {
      const hasToken = [...this.lane.proxy.tokens].some((token) => text.includes(token));
      if (hasToken || /canary-|Y2FuYXJ5L|NhbmFyeS|jYW5hcnkt/.test(text)) {
        this.findings.leaked.push(`${where}: ${text}`);
      }
    }
  }

  /** Whatever a failing run left must not disturb the next one in this lane. */
  async #clean(): Promise<void> {
    for (const { id } of this.lane.webhooks()) await this.lane.outside("DELETE", id);
    this.lane.proxy.tokens.clear();
  }
}
