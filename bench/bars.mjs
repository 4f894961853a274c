import { find } from "./report.mjs";

/** @typedef {import("./results.mjs").Result} Result */
/** @typedef {{ floor: Result, ours: Result }} Pair */
/** @typedef {{ n: number, phase: string, secrets: "no" | "yes" }} Which */
/** @typedef {{ what: string, value: number, bar: number, holds: boolean }} Bar */

const UPDATING = ["first up", "update", "destroy"];
const READING = ["preview", "no-change up", "refresh"];

const TIME = {
  what: "time, ours / floor",
  figureOf: (/** @type {Pair} */ { floor, ours }) => ours.wall.median / floor.wall.median,
};
const STATE = {
  what: "state, ours / floor",
  figureOf: (/** @type {Pair} */ { floor, ours }) => ours.stateBytes / floor.stateBytes,
};
const MEMORY = {
  what: "host's memory beyond the floor's, MB",
  figureOf: (/** @type {Pair} */ { floor, ours }) => (ours.hostRssBytes - floor.hostRssBytes) / 1e6,
};

/** What this package may cost at most beside Pulumi's own floor. */
const BESIDE_FLOOR = [
  { ...TIME, n: 500, phases: UPDATING, bar: 0.65 },
  { ...TIME, n: 100, phases: UPDATING, bar: 1 },
  { ...TIME, n: 1, phases: UPDATING, bar: 1.05 },
  ...[500, 100, 1].map((n) => ({ ...TIME, n, phases: READING, bar: 1.05 })),
  { ...STATE, n: 100, phases: ["first up"], bar: 0.45 },
  { ...MEMORY, n: 500, phases: [...UPDATING, "refresh"], bar: 40 },
];

/**
 * How many requests a phase may send; of others, as many as it likes.
 *
 * @type {Readonly<Record<string, (n: number) => number>>}
 */
const MOST_REQUESTS = {
  "first up": (n) => n + 3,
  "no-change up": () => 0,
  preview: () => 0,
  refresh: () => 6,
  destroy: (n) => n + 2,
};

/**
 * Checks the figures against what we promise, as far as they were measured.
 *
 * @param {readonly Result[]} results
 * @param {number} importMs what importing the package costs
 * @returns {readonly Bar[]}
 */
export function checkBars(results, importMs) {
  const secrets = /** @type {const} */ (["no", "yes"]);
  return [
    atMost("importing the package, ms", importMs, 10),
    ...secrets.flatMap((one) => [...besideFloor(results, one), ...growth(results, one)]),
    ...requests(results),
    ...latency(results),
  ];
}

/**
 * @param {readonly Result[]} results
 * @param {Which["secrets"]} secrets
 */
function besideFloor(results, secrets) {
  return BESIDE_FLOOR.flatMap(({ what, n, phases, bar, figureOf }) =>
    phases.flatMap((phase) =>
      pairs(results, { n, phase, secrets }).map((pair) =>
        atMost(`${what}: ${phase} of ${n}${withSecrets(secrets)}`, figureOf(pair), bar),
      ),
    ),
  );
}

/**
 * @param {readonly Result[]} results
 * @param {Which["secrets"]} secrets
 */
function growth(results, secrets) {
  return [...UPDATING, ...READING].flatMap((phase) => {
    const [few, many] = [100, 500].flatMap((n) => pairs(results, { n, phase, secrets }));
    if (few === undefined || many === undefined) return [];
    const what = `growth from 100 to 500, ours / floor: ${phase}${withSecrets(secrets)}`;
    return [atMost(what, TIME.figureOf(many) / TIME.figureOf(few), 1.2)];
  });
}

/** @param {readonly Result[]} results */
function requests(results) {
  return results.flatMap(({ variant, n, latency: ms, parallel, secrets, phase, requests: counts }) => {
    const most = MOST_REQUESTS[phase];
    if (variant !== "ours" || most === undefined) return [];
    const sum = Object.values(counts).reduce((total, count) => total + count, 0);
    const setting = `${ms} ms${parallel > 0 ? `, --parallel ${parallel}` : ""}${withSecrets(secrets)}`;
    return [atMost(`requests: ${phase} of ${n}, ${setting}`, sum, most(n))];
  });
}

/** @param {readonly Result[]} results */
function latency(results) {
  const which = { n: 500, phase: "refresh", latency: 50, parallel: 0, secrets: /** @type {const} */ ("no") };
  const [ours, naive] = [find(results, "ours", which), find(results, "naive", which)];
  if (ours === undefined || naive === undefined) return [];
  return [atMost("time, ours / naive: refresh of 500, 50 ms", ours.wall.median / naive.wall.median, 0.35)];
}

/**
 * Ours beside the floor, without latency; nothing when one of them was not measured.
 *
 * @param {readonly Result[]} results
 * @param {Which} which
 * @returns {Pair[]}
 */
function pairs(results, which) {
  const setting = { ...which, latency: 0, parallel: 0 };
  const [floor, ours] = [find(results, "floor", setting), find(results, "ours", setting)];
  return floor === undefined || ours === undefined ? [] : [{ floor, ours }];
}

/** @param {Which["secrets"]} secrets */
function withSecrets(secrets) {
  return secrets === "yes" ? ", with secrets" : "";
}

/**
 * @param {string} what
 * @param {number} value
 * @param {number} bar
 * @returns {Bar}
 */
function atMost(what, value, bar) {
  return { what, value, bar, holds: value <= bar };
}
