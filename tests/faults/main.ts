import { parseArgs } from "node:util";
import { seedOfRun } from "./random";
import { describeSummary, isFailing, runSuite } from "./suite";

const DEFAULT_LANES = 40;

/** `npm run faults`: see docs/reliability.md. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      runs: { type: "string", default: "200" },
      seed: { type: "string", default: "1" },
      "run-seed": { type: "string" },
      lanes: { type: "string", default: String(DEFAULT_LANES) },
      trace: { type: "boolean", default: false },
      "without-reconciliation": { type: "boolean", default: false },
    },
  });
  const only = values["run-seed"];
  const seeds =
    only === undefined
      ? Array.from({ length: Number(values.runs) }, (_, index) => seedOfRun(Number(values.seed), index))
      : [Number(only)];
  const startedAt = Date.now();
  const summary = await runSuite({
    seeds,
    lanes: Math.min(Number(values.lanes), seeds.length),
    withoutReconciliation: values["without-reconciliation"],
    ...(values.trace
      ? { trace: (line: string) => console.log(`${Date.now() - startedAt} ms: ${line}`) }
      : {}),
  });
  console.log(`took ${Math.round((Date.now() - startedAt) / 1000)} s`);
  console.log(describeSummary(summary, values.trace));
  if (summary.results.some(isFailing) || summary.leakedOutputs.length > 0) process.exitCode = 1;
}

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
void main();
