import { seedOfRun } from "./random";
import { describeFailures, describeResult, hasFailed } from "./report";
import { runSuite } from "./suite";

const seeds = (seed: number, count: number) =>
  Array.from({ length: count }, (_, index) => seedOfRun(seed, index));

/** A small, fixed part of what `npm run faults` runs; see docs/reliability.md. */
test("under faults nothing is lost, duplicated, orphaned or leaked", async () => {
  const summary = await runSuite({ seeds: seeds(1, 120), cliSeeds: seeds(2, 2), lanes: 40 });
  expect(describeFailures(summary, true)).toEqual([]);
  expect(describeResult(summary)).toMatch(
    /^runs 122, faults \d{3,}, lost 0, duplicated 0, orphaned 0, secrets leaked 0$/,
  );
  const hit = summary.results.filter(({ faults }) => faults.length > 0).length;
  expect(hit / summary.results.length).toBeGreaterThan(0.8);
});

test("without reconciliation the suite fails: it can see", async () => {
  const summary = await runSuite({ seeds: seeds(1, 60), lanes: 40, withoutReconciliation: true });
  expect(hasFailed(summary)).toBe(true);
  expect(describeResult(summary)).toMatch(/duplicated [1-9]|orphaned [1-9]/);
});
