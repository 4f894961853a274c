import { find } from "./report.mjs";

/** @typedef {import("./report.mjs").Result} Result */
/** @typedef {import("./project.mjs").Secrets} Secrets */
/** @typedef {{ what: string, value: number, bar: number, holds: boolean }} Bar */

const UPDATING = ["first up", "update", "destroy"];
const READING = ["preview", "no-change up", "refresh"];
/** @type {readonly Secrets[]} */
const SECRETS = ["no", "yes"];

/** What this package may cost at most beside Pulumi's own floor: wall time, ours / floor. */
const WALL_BARS = [
  { n: 500, phases: UPDATING, bar: 0.65 },
  { n: 100, phases: UPDATING, bar: 1 },
  { n: 500, phases: READING, bar: 1.05 },
  { n: 100, phases: READING, bar: 1.05 },
  { n: 1, phases: [...UPDATING, ...READING], bar: 1.05 },
];

/**
 * Checks the figures against what we promise, as far as they were measured.
 *
 * @param {readonly Result[]} results
 * @param {number} importMs what importing the package costs
 * @returns {readonly Bar[]}
 */
export function checkBars(results, importMs) {
  return [
    atMost("importing the package, ms", importMs, 10),
    ...SECRETS.flatMap((secrets) => besideFloor(results, secrets)),
    ...requests(results),
    ...latency(results),
  ];
}

/**
 * @param {readonly Result[]} results
 * @param {{ n: number, phase: string, secrets: Secrets, bar: number }} which
 */
function wall(results, { n, phase, secrets, bar }) {
  const { floor, ours } = pair(results, { n, phase, secrets });
  if (floor === undefined || ours === undefined) return [];
  return [atMost(`time, ours / floor: ${phase} of ${n}`, ours.wall.median / floor.wall.median, bar)];
}

/**
 * @param {readonly Result[]} results
 * @param {Secrets} secrets
 */
function besideFloor(results, secrets) {
  const bars = [
    ...WALL_BARS.flatMap(({ n, phases, bar }) =>
      phases.flatMap((phase) => wall(results, { n, phase, secrets, bar })),
    ),
    ...state(results, secrets),
    ...memory(results, secrets),
    ...growth(results, secrets),
  ];
  return bars.map((bar) => (secrets === "no" ? bar : { ...bar, what: `${bar.what}, with secrets` }));
}

/**
 * @param {readonly Result[]} results
 * @param {Secrets} secrets
 */
function state(results, secrets) {
  const { floor, ours } = pair(results, { n: 100, phase: "first up", secrets });
  if (floor === undefined || ours === undefined) return [];
  return [atMost("state, ours / floor, 100 webhooks", ours.stateBytes / floor.stateBytes, 0.45)];
}

/** @param {readonly Result[]} results */
function requests(results) {
  return results
    .filter(({ variant }) => variant === "ours")
    .flatMap(({ n, latency: ms, parallel, secrets, phase, requests: counts }) => {
      const sum = Object.values(counts).reduce((total, count) => total + count, 0);
      const bar = mostRequests(phase, n);
      if (bar === undefined) return [];
      const setting = [`${ms} ms`, ...(parallel > 0 ? [`--parallel ${parallel}`] : [])]
        .concat(secrets === "yes" ? ["with secrets"] : [])
        .join(", ");
      return [atMost(`requests: ${phase} of ${n}, ${setting}`, sum, bar)];
    });
}

/**
 * @param {string} phase
 * @param {number} n
 */
function mostRequests(phase, n) {
  if (phase === "first up") return n + 3;
  if (phase === "no-change up" || phase === "preview") return 0;
  if (phase === "refresh") return 6;
  return phase === "destroy" ? n + 1 : undefined;
}

/** @param {readonly Result[]} results */
function latency(results) {
  const which = { n: 500, phase: "refresh", latency: 50, parallel: 0, secrets: /** @type {const} */ ("no") };
  const [ours, naive] = [find(results, "ours", which), find(results, "naive", which)];
  if (ours === undefined || naive === undefined) return [];
  return [atMost("time, ours / naive: refresh of 500, 50 ms", ours.wall.median / naive.wall.median, 0.35)];
}

/**
 * @param {readonly Result[]} results
 * @param {Secrets} secrets
 */
function memory(results, secrets) {
  return [...UPDATING, "refresh"].flatMap((phase) => {
    const { floor, ours } = pair(results, { n: 500, phase, secrets });
    if (floor === undefined || ours === undefined) return [];
    return [
      atMost(
        `host's memory beyond the floor's, MB: ${phase} of 500`,
        (ours.hostRssBytes - floor.hostRssBytes) / 1e6,
        40,
      ),
    ];
  });
}

/**
 * @param {readonly Result[]} results
 * @param {Secrets} secrets
 */
function growth(results, secrets) {
  return [...UPDATING, ...READING].flatMap((phase) => {
    const few = pair(results, { n: 100, phase, secrets });
    const many = pair(results, { n: 500, phase, secrets });
    if (!few.floor || !few.ours || !many.floor || !many.ours) return [];
    const own = many.ours.wall.median / few.ours.wall.median;
    const floors = many.floor.wall.median / few.floor.wall.median;
    return [atMost(`growth from 100 to 500, ours / floor: ${phase}`, own / floors, 1.2)];
  });
}

/**
 * @param {readonly Result[]} results
 * @param {{ n: number, phase: string, secrets: Secrets }} which
 */
function pair(results, which) {
  const setting = { ...which, latency: 0, parallel: 0 };
  return { floor: find(results, "floor", setting), ours: find(results, "ours", setting) };
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
