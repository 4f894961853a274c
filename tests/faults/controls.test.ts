import { CONTROLS, type Control } from "./control";
import type { DoorKind } from "./door";
import { seedsFrom } from "./random";
import { describeResult, hasFailed } from "./report";
import type { RunResult } from "./run";
import type { ScenarioKind } from "./scenario";
import { runSuite } from "./suite";

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

/** Jest runs five controls beside each other. */
const LANES = 6;

/** The first that finds something ends the run: mostly one of the first sixteen, under load a later one. */
const MOST_SEEDS = 400;

test.concurrent.each(BLINDED)("%s without %s: the suite fails, since it can see", async (door, without) => {
  const [scenario, found] = SEEN[without];
  const isEnough = (result: RunResult): boolean =>
    found.test(describeResult({ results: [result], leakedOutputs: [] }));
  const seeds = seedsFrom(1, MOST_SEEDS);
  const summary = await runSuite({ door, seeds, lanes: LANES, scenario, without, isEnough });
  expect(hasFailed(summary)).toBe(true);
  expect(describeResult(summary)).toMatch(found);
});
