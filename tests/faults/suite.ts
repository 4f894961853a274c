import { join } from "node:path";
import { WORKSPACE } from "../support/pulumi";
import { runWithCli } from "./cli-run";
import { Lanes } from "./lanes";
import { leaks } from "./leaks";
import { type RunResult, runOnce } from "./run";

export interface SuiteOptions {
  /** The seeds of the runs against the host. */
  readonly seeds: readonly number[];
  /** The seeds of the runs with the real CLI. */
  readonly cliSeeds?: readonly number[];
  /** How many runs against the host are in flight; they mostly wait. */
  readonly lanes: number;
  /** Blind retries instead of reconciliation, to show that the suite can see. */
  readonly withoutReconciliation?: boolean;
}

/** All runs, and how they went. */
export interface Summary {
  readonly results: readonly RunResult[];
  /** Lines that hosts printed and that hold a secret. */
  readonly leakedOutputs: readonly string[];
}

/** The CLI keeps a core busy, so more side by side would only slow each other down. */
const CLI_LANES = 2;

/** Runs all seeds: those against the host, then those with the CLI. */
export async function runSuite({ seeds, cliSeeds = [], ...options }: SuiteOptions): Promise<Summary> {
  const { results, leakedOutputs } = await runAgainstHosts(seeds, options);
  const cliResults = await inLanes(cliSeeds, Array.from({ length: CLI_LANES }), async (seed) =>
    runWithCli(seed),
  );
  return { results: [...results, ...cliResults], leakedOutputs };
}

async function runAgainstHosts(
  seeds: readonly number[],
  { lanes: count, withoutReconciliation = false }: Omit<SuiteOptions, "seeds" | "cliSeeds">,
): Promise<Summary> {
  if (seeds.length === 0) return { results: [], leakedOutputs: [] };
  const hook = join(WORKSPACE, "tests/faults/without-reconciliation.cjs");
  const lanes = await Lanes.open(Math.min(count, seeds.length), withoutReconciliation ? hook : undefined);
  const results = await inLanes(seeds, lanes.all, async (seed, lane) => {
    lanes.tidy();
    return await runOnce(lanes, lane, seed);
  }).finally(async () => await lanes.close());
  const { tokens } = lanes;
  const leakedOutputs = lanes.outputs
    .flatMap((text) => text.split("\n"))
    .filter((line) => leaks(line, tokens));
  return { results, leakedOutputs };
}

/** Each lane takes the next seed when it is free. */
async function inLanes<T>(
  seeds: readonly number[],
  lanes: readonly T[],
  run: (seed: number, lane: T) => Promise<RunResult>,
): Promise<readonly RunResult[]> {
  const queue = [...seeds];
  const results: RunResult[] = [];
  await Promise.all(
    lanes.map(async (lane) => {
      for (let seed = queue.shift(); seed !== undefined; seed = queue.shift()) {
        results.push(await run(seed, lane));
      }
    }),
  );
  return results;
}
