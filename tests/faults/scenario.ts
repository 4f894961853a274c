import { drawInterruption, type Interruption } from "./interruptions";
import { changeProgram, changeWebhook, drawProgram, drawWebhook } from "./program";
import type { Random } from "./random";
import { type Command, IN_COMPONENT, type Program } from "./stack";

/** What a scenario is about. */
export const SCENARIOS = [
  "change",
  "drift",
  "rename",
  "move",
  "adopt",
  "replace",
  "target",
  "profile",
  "duplicate",
  "takeover",
  "second stack",
  "outage",
] as const;

export type ScenarioKind = (typeof SCENARIOS)[number];

/** What a colleague, or another stack, does beside ours. */
export type Outside =
  /** Creates by hand what the program is going to create. */
  | "left over"
  /** Changes and deletes some webhooks. */
  | "drift"
  /** Writes the first webhook of the stack, and relies on it from now on. */
  | "takeover"
  /** Creates the same as the program, just when the program does. */
  | "second stack";

/** One command, with what happens before and in it. */
export interface Step {
  readonly command: Command;
  readonly outside?: Outside;
  readonly interruption?: Interruption | undefined;
  /** Whether UP42 takes no changes meanwhile, instead of the faults that the run has else. */
  readonly isOutage?: boolean;
  /** Whether the user does not refresh although Pulumi advises it after an interruption. */
  readonly ignoresWarnings?: boolean;
  /** Whether the command has to be refused: two resources have one name and URL. */
  readonly isRefused?: boolean;
  /** The program with which the user recovers before the next step; without one, the next step follows at once. */
  readonly settled?: Program;
}

/** Several commands on one stack. */
export interface Scenario {
  readonly kind: ScenarioKind;
  readonly steps: readonly Step[];
}

/** A part of a scenario: what is done between the first deployment and the end. */
type Part = (random: Random, before: Program) => readonly Step[];

/** How likely a step is to be interrupted: the middle of a scenario, and the others. */
const INTERRUPTED = { middle: 0.3, others: 0.04 };

export function drawScenario(random: Random, only?: ScenarioKind): Scenario {
  const kind = only ?? random.pick(SCENARIOS);
  const before = adoptable(random, kind, drawProgram(random));
  const middle = PARTS[kind](random, before);
  const program = middle.findLast(({ settled }) => settled !== undefined)?.settled ?? before;
  const first: readonly Step[] =
    kind === "second stack" ? [] : [{ ...up(before), ...left(random, kind), settled: before }];
  const last: readonly Step[] =
    kind !== "outage" && random.chance(0.5)
      ? [{ command: { kind: "destroy", program: new Map() }, settled: new Map() }]
      : [];
  const interrupt = (steps: readonly Step[], probability: number): readonly Step[] =>
    steps.map((step) =>
      random.chance(probability) ? { interruption: drawInterruption(random), ...step } : step,
    );
  return {
    kind,
    steps: [
      ...interrupt(first, INTERRUPTED.others),
      ...interrupt(middle, INTERRUPTED.middle),
      ...interrupt(
        last.map((step) => ({ ...step, program })),
        INTERRUPTED.others,
      ),
    ],
  };
}

/** How each kind goes on after the first deployment. */
const PARTS: Readonly<Record<ScenarioKind, Part>> = {
  change: (random, before) => (random.chance(0.5) ? [] : [settle(up(changeProgram(random, before)))]),
  drift: (_random, before) => [
    { command: { kind: "refresh", program: before }, outside: "drift", settled: before },
  ],
  rename: (random, before) => moved(random, before, (name) => `${name}-renamed`),
  move: (random, before) => {
    const after = moved(random, before, (name) => `${IN_COMPONENT}${name}`);
    return random.chance(0.5) ? after : after.map((step) => inProfileB(step));
  },
  adopt: (random, before) => {
    const hook = { ...drawWebhook(random, "webhook-adopted"), ifExists: "adopt" };
    const after = new Map(before).set("adopted", hook);
    return thenSomething(random, undefined, { ...up(after), outside: "left over" }, ["adopted"]);
  },
  replace: (random, before) => {
    const replaced = firstOf(before);
    const deletesFirst = random.chance(0.4);
    return thenSomething(
      random,
      before,
      { command: { kind: "up", program: before, replaced, deletesFirst } },
      [replaced],
    );
  },
  target: (random, before) => {
    const after = changeProgram(random, before);
    const targets = [...after.keys()].filter(() => random.chance(0.5));
    return thenSomething(random, undefined, { command: { kind: "up", program: after, targets } }, [
      ...before.keys(),
    ]);
  },
  profile: (random, before) => thenSomething(random, before, inProfileB(up(before)), [...before.keys()]),
  duplicate: (random, before) => duplicated(random, before),
  takeover: (random, before) => {
    const after = new Map(before);
    after.delete(firstOf(before));
    const gone: Step = random.chance(0.5)
      ? up(after)
      : { command: { kind: "destroy", program: before, targets: [firstOf(before)] } };
    return [{ ...gone, outside: "takeover", settled: after }];
  },
  outage: (random, before) => {
    const changed = new Map([...before].map(([name, webhook]) => [name, changeWebhook(random, webhook)]));
    const kind = random.pick(["kill -9 of the CLI", "SIGHUP of the CLI"] as const);
    const interruption = { kind, stage: "arrived", requests: random.whole(2, 4) } as const;
    // The user takes the change back while a host without an engine still waits to try it again.
    return [
      { ...up(changed), isOutage: true, interruption },
      { ...settle(up(before)), ignoresWarnings: true },
    ];
  },
  "second stack": (_random, before) => [{ ...up(before), outside: "second stack", settled: before }],
};

/** Resources have other names in the program, and adopt what they had. */
function moved(random: Random, before: Program, rename: (name: string) => string): readonly Step[] {
  const chosen = firstOf(before);
  const after = new Map(
    [...before].map(([name, webhook]) => {
      if (name !== chosen) return [name, webhook];
      return [rename(name), random.chance(0.3) ? changeWebhook(random, webhook) : webhook];
    }),
  );
  return thenSomething(random, before, up(after), [chosen, rename(chosen)]);
}

/**
 * After an `up`, a user may do other things, whatever became of it.
 *
 * @param before to take the change back, where it creates nothing new
 */
function thenSomething(
  random: Random,
  before: Program | undefined,
  step: Step,
  touched: readonly string[],
): readonly Step[] {
  const { program } = step.command;
  if (before !== undefined && random.chance(0.1)) return [step, settle(up(before))];
  const target = random.pick(touched);
  const others: readonly (readonly Step[])[] = [
    [],
    [],
    [{ command: { kind: "refresh", program } }],
    [{ command: { kind: "destroy", program, targets: [target] } }],
    [{ command: { kind: "up", program, targets: [target] } }],
    [{ command: { kind: "destroy", program } }],
  ];
  const [between = []] = [random.pick(others)];
  return between.length === 0 ? [settle(step)] : [step, ...between, settle(up(program))];
}

/** Two resources with one name and URL, which has to be refused: a copy, an update, or two new ones. */
function duplicated(random: Random, before: Program): readonly Step[] {
  const ifExists = random.pick(["adopt", "error"]);
  const copy = { ...before.get(firstOf(before)), ifExists };
  const refused = (program: Program, settled: Program): Step => {
    const targets = random.chance(0.3) ? { targets: ["copy"] } : {};
    return { command: { kind: "up", program, ...targets }, isRefused: true, settled };
  };
  const other = new Map(before).set("copy", { ...drawWebhook(random, "webhook-copy"), ifExists });
  const both = new Map(random.chance(0.5) ? [["copy", copy], ...before] : [...before, ["copy", copy]]);
  if (random.chance(0.5)) return [refused(new Map(other).set("another", other.get("copy") ?? {}), other)];
  return random.chance(0.5) ? [refused(both, before)] : [settle(up(other)), refused(both, other)];
}

/** Whoever moves, replaces or adopts without aliases sets `ifExists: "adopt"`. */
function adoptable(random: Random, kind: ScenarioKind, program: Program): Program {
  const first = firstOf(program);
  return new Map(
    [...program].map(([name, { ifExists, ...webhook }]) => {
      if (kind === "second stack") return [name, ifExists === "create" ? { ...webhook, ifExists } : webhook];
      const adopts = name === first && (["rename", "move"].includes(kind) || random.chance(0.5));
      return [
        name,
        { ...webhook, ...(adopts ? { ifExists: "adopt" } : ifExists === undefined ? {} : { ifExists }) },
      ];
    }),
  );
}

function left(random: Random, kind: ScenarioKind): Pick<Step, "outside"> {
  return kind === "change" && random.chance(0.15) ? { outside: "left over" } : {};
}

function inProfileB(step: Step): Step {
  const change = (program: Program): Program =>
    new Map([...program].map(([name, webhook]) => [name, { ...webhook, isOfProfileB: true }]));
  const { command, settled } = step;
  return {
    ...step,
    command: { ...command, program: change(command.program) },
    ...(settled === undefined ? {} : { settled: change(settled) }),
  };
}

function up(program: Program): Step {
  return { command: { kind: "up", program } };
}

function settle(step: Step): Step {
  return { ...step, settled: step.command.program };
}

function firstOf(program: Program): string {
  return [...program.keys()][0] ?? "";
}
