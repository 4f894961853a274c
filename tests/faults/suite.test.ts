import { seedsFrom } from "./random";
import { describeFailures, describeResult } from "./report";
import { SCENARIOS } from "./scenario";
import { runSuite } from "./suite";

/** With more beside each other, requests are late on two busy cores, which is another fault. */
const LANES = 24;

/** The seed that brings all scenarios within the fewest runs. */
const SEED = 11;

/** A small, fixed part of what `npm run faults` runs; see docs/reliability.md. */
test.each([
  ["dynamic", 40, 2],
  ["plugin", 40, 1],
] as const)("under faults nothing is lost, duplicated, orphaned or leaked: %s", async (door, runs, cli) => {
  const summary = await runSuite({
    door,
    seeds: seedsFrom(SEED, runs),
    cliSeeds: seedsFrom(2, cli),
    lanes: LANES,
  });
  expect(describeFailures(summary, true)).toEqual([]);
  expect(summary.results).toHaveLength(runs + cli);
  expect(describeResult(summary)).toMatch(
    /faults \d{3,}, lost 0, duplicated 0, orphaned 0, secrets leaked 0, reported \d+$/,
  );
  const hit = summary.results.filter(({ faults }) => faults.length > 0).length;
  expect(hit / summary.results.length).toBeGreaterThan(0.8);
  expect(new Set(summary.results.map(({ scenario }) => scenario))).toEqual(new Set(SCENARIOS));
});
