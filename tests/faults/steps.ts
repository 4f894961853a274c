import type { Interruption } from "./interruptions";
import type { Random } from "./random";
import type { Command, Program } from "./stack";

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
  /** Whether the user does not refresh although Pulumi advises it after an interruption, or an error does, too. */
  readonly ignores?: "Pulumi" | "Pulumi and errors";
  /** Whether the command has to be refused: two resources have one name and URL. */
  readonly isRefused?: boolean;
  /** The program with which the user recovers before the next step; without one, the next step follows at once. */
  readonly settled?: Program;
}

/**
 * After an `up`, a user may do other things, whatever became of it.
 *
 * @param before to take the change back, where it creates nothing new
 */
export function thenSomething(
  random: Random,
  before: Program | undefined,
  step: Step,
  touched: readonly string[],
): readonly Step[] {
  const { program } = step.command;
  if (before !== undefined && random.chance(0.1)) {
    return [step, settle(up(before))];
  }
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

/** The same with the account's other profile. */
export function inProfileB(step: Step): Step {
  const change = (program: Program): Program =>
    new Map([...program].map(([name, webhook]) => [name, { ...webhook, isOfProfileB: true }]));
  const { command, settled } = step;
  return {
    ...step,
    command: { ...command, program: change(command.program) },
    ...(settled === undefined ? {} : { settled: change(settled) }),
  };
}

export function up(program: Program): Step {
  return { command: { kind: "up", program } };
}

export function settle(step: Step): Step {
  return { ...step, settled: step.command.program };
}

export function firstOf(program: Program): string {
  return [...program.keys()][0] ?? "";
}
