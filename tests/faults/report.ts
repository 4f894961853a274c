import { writeFigures } from "../../tools/figures.mjs";
import type { RunResult } from "./run";
import type { Summary } from "./suite";

/** Whether anything was lost, duplicated, orphaned or leaked. */
export function hasFailed({ results, leakedOutputs }: Summary): boolean {
  return results.some(isFailing) || leakedOutputs.length > 0;
}

/** The runs that failed, each with the option that repeats it, and with all its requests if wanted. */
export function describeFailures({ results, leakedOutputs }: Summary, withTrace: boolean): readonly string[] {
  const failing = results.filter(isFailing).map(({ level, seed, scenario, findings, trace }) => {
    const lines = [...new Set(Object.values(findings).flat()), ...(withTrace ? trace : [])];
    const option = level === "host" ? "--run-seed" : "--cli-seed";
    return [`failed: ${option} ${seed} (${scenario})`, ...lines].join("\n  ");
  });
  return [...failing, ...leakedOutputs.map((line) => `leaked: ${line}`)];
}

/** How often each kind of fault was injected, what the runs were about, and in how many there was a fault. */
export function describeFaults({ results }: Summary): readonly string[] {
  const table = [
    ...tableOf(results.flatMap(({ faults }) => faults)),
    ...tableOf(results.map(({ scenario }) => `scenario: ${scenario}`)),
  ];
  const hit = results.filter(({ faults }) => faults.length > 0).length;
  const share = ((100 * hit) / Math.max(1, results.length)).toFixed(1);
  return [...table, `runs with at least one fault: ${share} %`];
}

function tableOf(names: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const name of names) {
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, count]) => `${name.padEnd(50)}${String(count).padStart(6)}`);
}

/** The one line at the end. */
export function describeResult({ results, leakedOutputs }: Summary): string {
  const sum = (key: keyof RunResult["findings"]): number =>
    results.reduce((total, { findings }) => total + new Set(findings[key]).size, 0);
  const faults = results.reduce((total, run) => total + run.faults.length, 0);
  const reported = results.reduce((total, run) => total + run.reported.length, 0);
  return (
    `runs ${results.length}, faults ${faults}, lost ${sum("lost")}, duplicated ${sum("duplicated")}, ` +
    `orphaned ${sum("orphaned")}, secrets leaked ${sum("leaked") + leakedOutputs.length}, reported ${reported}`
  );
}

/** Puts the figures of a run into the block of docs/reliability.md that has this name. */
export async function writeDocs(block: string, lines: readonly string[]): Promise<void> {
  await writeFigures("docs/reliability.md", block, `\`\`\`\n${lines.join("\n")}\n\`\`\``);
}

function isFailing({ findings }: RunResult): boolean {
  return Object.values(findings).some((lines: readonly string[]) => lines.length > 0);
}
