import { drawInterruption } from "./interruptions";
import { PARTS } from "./parts";
import { drawProgram } from "./program";
import type { Random } from "./random";
import type { Program } from "./stack";
import { firstOf, type Step, up } from "./steps";

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

/** Several commands on one stack. */
export interface Scenario {
  readonly kind: ScenarioKind;
  readonly steps: readonly Step[];
}

/** How likely a step is to be interrupted: the middle of a scenario, and the others. */
const INTERRUPTED = { middle: 0.3, others: 0.04 };

export function drawScenario(random: Random, only?: ScenarioKind): Scenario {
  const kind = only ?? random.pick(SCENARIOS);
  const before = adoptable(random, kind, drawProgram(random));
  const middle = PARTS[kind](random, before);
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
      ...interrupt(last, INTERRUPTED.others),
    ],
  };
}

/** A user who moves, replaces or adopts without aliases sets `ifExists: "adopt"`. */
function adoptable(random: Random, kind: ScenarioKind, program: Program): Program {
  const first = firstOf(program);
  return new Map(
    [...program].map(([name, { ifExists, ...webhook }]) => {
      if (kind === "second stack") {
        return [name, ifExists === "create" ? { ...webhook, ifExists } : webhook];
      }
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
