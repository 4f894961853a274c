import { setTimeout as delay } from "node:timers/promises";
import { carryOut, compare, compareTwins, type Findings, noFindings, type Situation } from "./compare";
import { drawDeviation } from "./deviations";
import { leaks } from "./leaks";
import { Others } from "./outside";
import { FaultPlan, Outage } from "./plan";
import { Random, seedOfRun } from "./random";
import { Recovery } from "./recover";
import { drawScenario, type Scenario, type ScenarioKind } from "./scenario";
import {
  type Circumstances,
  type Command,
  type Failures,
  type Program,
  type Stack,
  type Surroundings,
  WHOLE_COMMAND,
} from "./stack";
import type { Step } from "./steps";

/** How likely a request is to meet a fault; a run has one of these. */
const PROBABILITIES = [0.12, 0.25, 0.4] as const;

/** What a run did and what was found after it. */
export interface RunResult {
  /** Against the host alone, or with the whole CLI. */
  readonly level: "host" | "cli";
  readonly seed: number;
  readonly scenario: ScenarioKind;
  readonly faults: readonly string[];
  readonly findings: Findings;
  /** Webhooks that an error named, and that the user had to delete by hand. */
  readonly reported: readonly string[];
  /** Every request, fault and error, to see how it came to that. */
  readonly trace: readonly string[];
}

/** What decides on a run. */
export interface RunSettings {
  readonly level: RunResult["level"];
  readonly seed: number;
  readonly stack: Stack;
  readonly surroundings: Surroundings;
  /** Only scenarios of this kind. */
  readonly scenario?: ScenarioKind | undefined;
}

/** One stack's life under faults: several commands, some interrupted, with recoveries and comparisons between them. */
export async function runOnce(settings: RunSettings): Promise<RunResult> {
  const run = new Run(settings);
  await carryOut(run.findings, async () => await run.live());
  const { faults, findings, trace, scenario, recovery } = run;
  const { level, seed } = settings;
  return { level, seed, scenario: scenario.kind, faults, findings, trace, reported: recovery.reported };
}

class Run {
  readonly faults: string[] = [];
  readonly trace: string[] = [];
  readonly findings: Findings = noFindings();
  readonly scenario: Scenario;
  readonly recovery: Recovery;
  readonly #plan: FaultPlan;
  readonly #stack: Stack;
  readonly #surroundings: Surroundings;
  readonly #others: Others;
  #program: Program = new Map();
  #ignores: Step["ignores"];
  /** Whether a CLI or its host crashed since the last comparison: then the user looks for what no error named. */
  #hasCrashed = false;
  /** Whether an error advised a refresh since the last one. */
  #wasRefreshAdvised = false;

  constructor({ seed, stack, surroundings, scenario }: RunSettings) {
    const random = new Random(seed);
    this.#stack = stack;
    this.#surroundings = surroundings;
    surroundings.proxy.log = (line) => this.#note(line);
    surroundings.proxy.deviation = drawDeviation(random);
    // Of its own: requests do not come in the same order twice, and must not change what the run does.
    this.#plan = new FaultPlan(new Random(seedOfRun(seed, 0)), random.pick(PROBABILITIES));
    this.scenario = drawScenario(random, scenario);
    this.#others = new Others(random, surroundings, stack);
    this.recovery = new Recovery(
      stack,
      surroundings,
      this.#others,
      async (command) => await this.#run(command, { isCalm: true }),
      async () => await this.#isRefreshAdvised(),
    );
  }

  async live(): Promise<void> {
    const { deviation } = this.#surroundings.proxy;
    this.faults.push(...(deviation?.kinds ?? []));
    await this.#others.begin();
    try {
      for (const step of this.scenario.steps) {
        await this.#perform(step);
      }
      // Also after all that hosts without an engine may have done.
      await this.#stack.close();
      await this.#compare();
    } finally {
      await this.#clean();
    }
  }

  /** Runs one command under faults; recovers and compares, if the user stops there. */
  async #perform(step: Step): Promise<void> {
    const { command, settled, isRefused = false } = step;
    await this.#others.act(step);
    this.#ignores = step.ignores;
    const failures = await this.#underFaults(step);
    const isSeen = command.targets === undefined || this.#stack.seesUntargeted;
    if (isRefused && isSeen) {
      compareTwins(await this.#situation(), this.findings);
    }
    if (settled === undefined) {
      return;
    }
    this.#program = settled;
    if (command.kind === "refresh" && failures.size > 0) {
      await this.recovery.until(command, failures);
    }
    if (!isComplete(step, failures) || (await this.#isRefreshAdvised())) {
      const kind = settled.size === 0 ? "destroy" : "up";
      const recovered = await this.recovery.until({ kind, program: settled }, failures);
      this.#program = recovered.program;
      for (const [name, message] of recovered.failures) {
        this.findings.lost.push(`${name} cannot be deployed: ${message}`);
      }
    }
    if (this.#hasCrashed) {
      await this.recovery.deleteTwins(settled);
    }
    this.#hasCrashed = false;
    this.#note(`compared after ${command.kind}`);
    await this.#compare();
  }

  async #underFaults({ command, interruption, isOutage = false }: Step): Promise<Failures> {
    const { proxy } = this.#surroundings;
    proxy.plan = isOutage ? new Outage(this.#plan.random) : this.#plan;
    try {
      return await this.#run(command, { interruption });
    } finally {
      // What was on its way when the CLI was killed still arrives; nobody runs the next command so soon.
      await this.#stack.quiet();
      proxy.plan = undefined;
      await proxy.idle();
      await this.#others.settled();
      this.faults.push(...proxy.faults.splice(0).map(({ kind }) => kind));
    }
  }

  async #run(command: Command, circumstances: Circumstances): Promise<Failures> {
    const { kind, program, targets = ["all"], replaced = "nothing" } = command;
    const resources = [...program.keys()].join(", ");
    this.#note(`${kind} of ${resources}; targets: ${targets.join(", ")}; replaces: ${replaced}`);
    // A user is not so fast that the server would not show yet what the last command created; a pipeline that
    // refreshes at once is.
    if (kind !== "refresh") {
      await delay(this.#surroundings.proxy.deviation?.lagMs ?? 0);
    }
    const failures = await this.#stack.run(command, circumstances);
    this.faults.push(...this.#stack.interruptions.splice(0));
    for (const [resource, message] of failures) {
      this.#note(`${resource} failed: ${message}`);
    }
    this.#hasCrashed ||= failures.has(WHOLE_COMMAND);
    if (kind === "refresh" && failures.size === 0) {
      this.#wasRefreshAdvised = false;
    }
    this.#wasRefreshAdvised ||= [...failures.values()].some((message) => message.includes("pulumi refresh"));
    this.#lookForSecrets(Object.fromEntries(failures));
    return failures;
  }

  /** By an error, or by Pulumi itself after an interruption. */
  async #isRefreshAdvised(): Promise<boolean> {
    if (this.#ignores === "Pulumi and errors") {
      return false;
    }
    return (
      this.#wasRefreshAdvised || (this.#ignores === undefined && (await this.#stack.hasPendingOperations()))
    );
  }

  async #compare(): Promise<void> {
    compare(this.#program, await this.#situation(), this.findings);
    this.#lookForSecrets(await this.#stack.texts());
  }

  async #situation(): Promise<Situation> {
    const entries = await this.#stack.entries();
    return { entries, webhooks: this.#surroundings.webhooks(), ofOthers: this.#others.webhooks };
  }

  #lookForSecrets(texts: Readonly<Record<string, string>>): void {
    const { tokens } = this.#surroundings.proxy;
    for (const [where, text] of Object.entries(texts)) {
      if (leaks(text, tokens)) {
        this.findings.leaked.push(`${where} holds a secret`);
      }
    }
  }

  #note(line: string): void {
    this.trace.push(`${new Date().toISOString().slice(17, 23)} ${line}`);
  }

  /** Whatever a run left must not disturb the next one in this lane. */
  async #clean(): Promise<void> {
    const colleague = await this.#surroundings.colleague();
    for (const { id } of this.#surroundings.webhooks()) {
      await colleague.delete(id);
    }
  }
}

/** Whether a command has done all that the user wanted. */
function isComplete({ command, settled, isRefused }: Step, failures: Failures): boolean {
  const { kind, program, targets, replaced } = command;
  const isWhole = kind !== "refresh" && targets === undefined && replaced === undefined && !isRefused;
  return failures.size === 0 && isWhole && (kind === "destroy" ? settled?.size === 0 : program === settled);
}
