import { CONTROLS, type Control } from "./control";
import type { DoorKind } from "./door";
import { seedOfRun } from "./random";
import { describeFailures, describeResult, hasFailed } from "./report";
import { SCENARIOS, type ScenarioKind } from "./scenario";
import { runSuite } from "./suite";

/** With more beside each other, requests are late on two busy cores, which is another fault. */
const LANES = 24;

const seeds = (seed: number, count: number) =>
  Array.from({ length: count }, (_, index) => seedOfRun(seed, index));

/** A small, fixed part of what `npm run faults` runs; see docs/reliability.md. */
test.each([
  ["dynamic", 100, 2],
  ["plugin", 100, 1],
] as const)("under faults nothing is lost, duplicated, orphaned or leaked: %s", async (door, runs, cli) => {
  const summary = await runSuite({ door, seeds: seeds(1, runs), cliSeeds: seeds(2, cli), lanes: LANES });
  expect(describeFailures(summary, true)).toEqual([]);
  expect(summary.results).toHaveLength(runs + cli);
  expect(describeResult(summary)).toMatch(
    /faults \d{3,}, lost 0, duplicated 0, orphaned 0, secrets leaked 0, reported \d+$/,
  );
  const hit = summary.results.filter(({ faults }) => faults.length > 0).length;
  expect(hit / summary.results.length).toBeGreaterThan(0.8);
  expect(new Set(summary.results.map(({ scenario }) => scenario))).toEqual(new Set(SCENARIOS));
});

/** Where each protection matters, and what is found without it. */
const SEEN: Readonly<Record<Control, readonly [ScenarioKind, RegExp]>> = {
  reconciliation: ["change", /duplicated [1-9]|orphaned [1-9]/],
  claims: ["rename", /lost [1-9]/],
  "look before delete": ["takeover", /lost [1-9]/],
  "proof of gone": ["drift", /duplicated [1-9]|orphaned [1-9]/],
  "twin refusal": ["duplicate", /duplicated [1-9]/],
  "engine watch": ["outage", /lost [1-9]/],
  redaction: ["change", /leaked [1-9]/],
};

/** Each protection at one door, and at the other what that door does by itself. */
const BLINDED: readonly (readonly [DoorKind, Control])[] = [
  ...CONTROLS.map((without) => ["dynamic", without] as const),
  ["plugin", "engine watch"],
  ["plugin", "twin refusal"],
];

test.each(BLINDED)("%s without %s: the suite fails, since it can see", async (door, without) => {
  const [scenario, found] = SEEN[without];
  const summary = await runSuite({ door, seeds: seeds(1, 24), lanes: LANES, scenario, without });
  expect(hasFailed(summary)).toBe(true);
  expect(describeResult(summary)).toMatch(found);
});
