import { join } from "node:path";
import { WORKSPACE } from "../support/pulumi";
import { Lanes } from "./lanes";
import { leaks } from "./leaks";
import { type RunResult, runOnce } from "./run";

export interface SuiteOptions {
  /** The seeds of the runs. */
  readonly seeds: readonly number[];
  /** How many runs are in flight; they mostly wait. */
  readonly lanes: number;
  /** Blind retries instead of reconciliation, to show that the suite can see. */
  readonly withoutReconciliation?: boolean;
}

export interface Summary {
  readonly results: readonly RunResult[];
  /** Lines that hosts printed and that hold a secret. */
  readonly leakedOutputs: readonly string[];
}

/** Runs all seeds, as many beside each other as there are lanes. */
export async function runSuite({
  seeds,
  lanes: count,
  withoutReconciliation = false,
}: SuiteOptions): Promise<Summary> {
  const hook = join(WORKSPACE, "tests/faults/withoutReconciliation.cjs");
  const lanes = await Lanes.open(count, withoutReconciliation ? hook : undefined);
  const queue = [...seeds];
  const results: RunResult[] = [];
  try {
    await Promise.all(
      lanes.all.map(async (lane) => {
        for (let seed = queue.shift(); seed !== undefined; seed = queue.shift()) {
          results.push(await runOnce(lanes, lane, seed));
          lanes.tidy();
        }
      }),
    );
  } finally {
    await lanes.close();
  }
  const { tokens } = lanes;
  const leakedOutputs = lanes.outputs
    .flatMap((text) => text.split("\n"))
    .filter((line) => leaks(line, tokens));
  return { results, leakedOutputs };
}

export function isFailing({ findings }: RunResult): boolean {
  return Object.values(findings).some((lines: readonly string[]) => lines.length > 0);
}

/** What failed, the table of faults, and the one line at the end. */
export function describeSummary({ results, leakedOutputs }: Summary, withTrace = false): string {
  const faults = results.flatMap((result) => result.faults);
  const counts = new Map<string, number>();
  for (const kind of faults) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const table = [...counts]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([kind, n]) => `${kind.padEnd(40)}${n}`);
  const hit = results.filter((result) => result.faults.length > 0).length;
  const sum = (key: keyof RunResult["findings"]): number =>
    results.reduce((total, { findings }) => total + findings[key].length, 0);
  const failing = results
    .filter(isFailing)
    .map(({ seed, findings, trace }) =>
      [
        `failed: --run-seed ${seed}`,
        ...new Set(Object.values(findings).flat()),
        ...(withTrace ? trace : []),
      ].join("\n  "),
    );
  return [
    ...failing,
    ...leakedOutputs.map((line) => `leaked: ${line}`),
    ...table,
    `runs with at least one fault: ${((100 * hit) / Math.max(1, results.length)).toFixed(1)} %`,
    `runs ${results.length}, faults ${faults.length}, lost ${sum("lost")}, doubled ${sum("doubled")}, ` +
      `orphaned ${sum("orphaned")}, secrets leaked ${sum("leaked") + leakedOutputs.length}`,
  ].join("\n");
}
