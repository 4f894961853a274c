import { seedsFrom } from "./random";
import { describeFailures, describeResult } from "./report";
import { SCENARIOS } from "./scenario";
import { FIRST_CLI_RUN, runSuite } from "./suite";

/** With more beside each other, requests are late on two busy cores, which is another fault. */
const LANES = 24;

/** The seed that brings all scenarios within the fewest runs. */
const SEED = 11;

/** One whose first run with the CLI soon ends a host, at both doors. */
const CLI_SEED = 4;

/** Faults of the CLI and its hosts, which only runs with the CLI have. */
const PROCESS_ENDS = /^(Ctrl-C|kill -9|SIGHUP) /;

/** A small, fixed part of what `npm run faults` runs; see docs/reliability.md. */
test.each([
  ["dynamic", 40, 2],
  ["plugin", 40, 1],
] as const)("under faults nothing is lost, duplicated, orphaned or leaked: %s", async (door, runs, cli) => {
  const summary = await runSuite({
    door,
    seeds: seedsFrom(SEED, runs),
    cliSeeds: seedsFrom(CLI_SEED, cli, FIRST_CLI_RUN),
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
  const withCli = summary.results.filter(({ level }) => level === "cli").flatMap(({ faults }) => faults);
  expect(withCli).toContainEqual(expect.stringMatching(PROCESS_ENDS));
});
