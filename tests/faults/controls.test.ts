import { CONTROLS, type Control } from "./control";
import type { DoorKind } from "./door";
import { seedsFrom } from "./random";
import { describeResult, hasFailed } from "./report";
import type { RunResult } from "./run";
import type { ScenarioKind } from "./scenario";
import { runSuite } from "./suite";

/** Where each protection matters, what is found without it, and a seed of which one of the first runs finds it. */
const SEEN: Readonly<Record<Control, readonly [ScenarioKind, RegExp, number]>> = {
  reconciliation: ["change", /duplicated [1-9]|orphaned [1-9]/, 1],
  claims: ["rename", /lost [1-9]/, 1],
  "look before delete": ["takeover", /lost [1-9]/, 1],
  "proof of gone": ["drift", /duplicated [1-9]|orphaned [1-9]/, 1],
  "twin refusal": ["duplicate", /duplicated [1-9]/, 1],
  "engine watch": ["outage", /lost [1-9]/, 1],
  redaction: ["change", /leaked [1-9]/, 4],
};

/** Each protection at one door, and at the other what that door does by itself. */
const BLINDED: readonly (readonly [DoorKind, Control])[] = [
  ...CONTROLS.map((without) => ["dynamic", without] as const),
  ["plugin", "engine watch"],
  ["plugin", "twin refusal"],
];

/** Jest runs five controls beside each other. */
const LANES = 2;

/** The first that finds something ends the run; under load, that is a later one. */
const MOST_RUNS = 400;

test.concurrent.each(BLINDED)("%s without %s: the suite fails, since it can see", async (door, without) => {
  const [scenario, found, seed] = SEEN[without];
  const isEnough = (result: RunResult): boolean =>
    found.test(describeResult({ results: [result], leakedOutputs: [] }));
  const seeds = seedsFrom(seed, MOST_RUNS);
  const summary = await runSuite({ door, seeds, lanes: LANES, scenario, without, isEnough });
  expect(hasFailed(summary)).toBe(true);
  expect(describeResult(summary)).toMatch(found);
});
