import { runWithCli } from "./cli-stack";
import type { Control } from "./control";
import type { DoorKind } from "./door";
import { HostStack } from "./host-stack";
import type { Lane } from "./lane";
import { Lanes } from "./lanes";
import { leaks } from "./leaks";
import { type RunResult, runOnce } from "./run";
import type { ScenarioKind } from "./scenario";

/** Seeds of the runs with the CLI begin here, so that they are others than those of the runs against the host. */
export const FIRST_CLI_RUN = 1_000_000;

export interface SuiteOptions {
  /** The seeds of the runs against the host. */
  readonly seeds: readonly number[];
  /** The seeds of the runs with the real CLI. */
  readonly cliSeeds?: readonly number[];
  /** The way into the provider; default: Pulumi's dynamic host. */
  readonly door?: DoorKind;
  /** How many runs against the host are in flight; they mostly wait. */
  readonly lanes: number;
  /** Only scenarios of this kind; default: all. */
  readonly scenario?: ScenarioKind | undefined;
  /** The protection that the runs against the host go without, to show that the suite can see. */
  readonly without?: Control | undefined;
  /** Called at the end of each run. */
  readonly onResult?: (result: RunResult) => void;
  /** Whether a run says all that is wanted: no other begins then. Default: none does. */
  readonly isEnough?: (result: RunResult) => boolean;
}

/** All runs, and how they went. */
export interface Summary {
  readonly results: readonly RunResult[];
  /** Lines that hosts printed and that hold a secret. */
  readonly leakedOutputs: readonly string[];
}

/** The CLI keeps a core busy; with more side by side, hosts would be late, which is another fault. */
const CLI_LANES = 1;

/** Runs all seeds: those against the host, which mostly wait, beside those with the CLI. */
export async function runSuite({ seeds, cliSeeds = [], ...options }: SuiteOptions): Promise<Summary> {
  const [{ results, leakedOutputs }, cliResults] = await Promise.all([
    runAgainstHosts(seeds, options),
    inLanes(
      cliSeeds,
      Array.from({ length: CLI_LANES }),
      async (seed) => await runWithCli(seed, options.door ?? "dynamic", options.scenario),
      options,
    ),
  ]);
  return { results: [...results, ...cliResults], leakedOutputs };
}

async function runAgainstHosts(
  seeds: readonly number[],
  { lanes: count, door = "dynamic", without, scenario, ...options }: Omit<SuiteOptions, "seeds" | "cliSeeds">,
): Promise<Summary> {
  if (seeds.length === 0) {
    return { results: [], leakedOutputs: [] };
  }
  const lanes = await Lanes.open(Math.min(count, seeds.length), door, without);
  const run = async (seed: number, lane: Lane): Promise<RunResult> => {
    lanes.tidy();
    const stack = new HostStack(lanes.door, lane);
    return await runOnce({ level: "host", seed, stack, surroundings: lane, scenario });
  };
  const results = await inLanes(seeds, lanes.all, run, options).finally(async () => await lanes.close());
  const { tokens } = lanes;
  const leakedOutputs = lanes.door.outputs
    .flatMap((text) => text.split("\n"))
    .filter((line) => leaks(line, tokens));
  return { results, leakedOutputs };
}

/** Each lane takes the next seed when it is free. */
async function inLanes<T>(
  seeds: readonly number[],
  lanes: readonly T[],
  run: (seed: number, lane: T) => Promise<RunResult>,
  { onResult, isEnough }: Pick<SuiteOptions, "onResult" | "isEnough">,
): Promise<readonly RunResult[]> {
  const queue = [...seeds];
  const results: RunResult[] = [];
  await Promise.all(
    lanes.map(async (lane) => {
      for (let seed = queue.shift(); seed !== undefined; seed = queue.shift()) {
        const result = await run(seed, lane);
        onResult?.(result);
        results.push(result);
        if (isEnough?.(result) === true) {
          queue.length = 0;
        }
      }
    }),
  );
  return results;
}
