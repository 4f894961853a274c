import { medianOf, ratioOf } from "./results.mjs";

/** @typedef {import("./results.mjs").Sample} Sample */
/** @typedef {"wall" | "cpuSeconds"} Time what is compared as time */
/** @typedef {{ what: string, value: number, bar: number, holds: boolean }} Bar */

const NAMES = { wall: "time", cpuSeconds: "CPU seconds", stateBytes: "state" };
const OURS = /** @type {const} */ (["dynamic", "plugin"]);
const UPDATING = ["first up", "update", "destroy"];
const READING = ["no-change up", "preview", "refresh"];

/**
 * How much of another variant's figure one may have: the bar by number of webhooks.
 *
 * @type {readonly { pair: readonly [import("./results.mjs").Variant, import("./results.mjs").Variant],
 *   phases: readonly string[], bars: Readonly<Record<number, number>>, figure?: "stateBytes" }[]}
 */
const RATIOS = [
  { pair: ["dynamic", "floor"], phases: UPDATING, bars: { 1: 1.05, 100: 1, 500: 0.65 } },
  { pair: ["dynamic", "floor"], phases: READING, bars: { 1: 1.05, 100: 1.05, 500: 1.05 } },
  { pair: ["plugin", "floor"], phases: ["first up"], bars: { 1: 0.85, 500: 0.5 } },
  { pair: ["plugin", "floor"], phases: ["update"], bars: { 500: 0.5 } },
  { pair: ["plugin", "floor"], phases: ["refresh"], bars: { 1: 0.55, 500: 0.7 } },
  { pair: ["plugin", "floor"], phases: ["destroy"], bars: { 1: 0.55, 500: 0.5 } },
  { pair: ["plugin", "dynamic"], phases: [...UPDATING, ...READING], bars: { 1: 1, 100: 1, 500: 1 } },
  { pair: ["plugin", "dynamic"], phases: ["refresh", "destroy"], bars: { 1: 0.6 } },
  { pair: ["dynamic", "floor"], phases: ["first up"], bars: { 100: 0.45 }, figure: "stateBytes" },
  { pair: ["plugin", "dynamic"], phases: ["first up"], bars: { 100: 1 }, figure: "stateBytes" },
];

/** How much a figure may grow, when what it is compared with has grown by the same factor. */
const GROWTH = 1.2;
/** What the provider's process may take beyond the floor's, of 500 webhooks. */
const MEMORY_BYTES = 40e6;

/**
 * How many requests a phase may send; of others, as many as it likes.
 *
 * @type {Readonly<Record<string, (n: number) => number>>}
 */
const REQUESTS = {
  "first up": (n) => n + 3,
  "no-change up": () => 0,
  preview: () => 0,
  refresh: () => 6,
  destroy: (n) => n + 2,
};

/**
 * Checks the figures against what we promise, as far as they were measured.
 *
 * @param {readonly Sample[]} samples
 * @param {import("./project.mjs").Setting & { figure: Time }} setting
 * @returns {readonly Bar[]}
 */
export function checkBars(samples, { latency, skipCheckpoints, figure }) {
  const ofSetting = () => {
    if (skipCheckpoints) {
      return growthPerWebhook(samples, figure);
    }
    return latency > 0 ? withLatency(samples, figure) : besideOthers(samples, figure);
  };
  return [...ofSetting(), ...requests(samples)];
}

/**
 * A figure beside its bar; none when it was not measured.
 *
 * @param {string} what
 * @param {number} value
 * @param {number} bar
 * @returns {readonly Bar[]}
 */
export function atMost(what, value, bar) {
  return Number.isNaN(value) ? [] : [{ what, value, bar, holds: value <= bar }];
}

/** @param {readonly Sample[]} samples @param {Time} time */
function* besideOthers(samples, time) {
  for (const { pair, phases, bars, figure = time } of RATIOS) {
    for (const phase of phases) {
      for (const [n, bar] of Object.entries(bars)) {
        const { median } = ratioOf(samples, pair, { n: Number(n), phase, figure });
        yield* atMost(`${NAMES[figure]}, ${pair.join(" / ")}: ${phase} of ${n}`, median, bar);
      }
    }
  }
  for (const phase of [...UPDATING, ...READING]) {
    const at = (/** @type {number} */ n) =>
      ratioOf(samples, ["dynamic", "floor"], { n, phase, figure: time }).median;
    yield* atMost(`growth from 100 to 500, dynamic / floor: ${phase}`, at(500) / at(100), GROWTH);
  }
  for (const variant of OURS) {
    for (const phase of [...UPDATING, "refresh"]) {
      const which = { n: 500, phase, figure: /** @type {const} */ ("hostRssBytes") };
      const beyond = medianOf(samples, variant, which) - medianOf(samples, "floor", which);
      yield* atMost(`memory beyond the floor's, bytes: ${variant}, ${phase} of 500`, beyond, MEMORY_BYTES);
    }
  }
}

/** @param {readonly Sample[]} samples @param {Time} figure */
function* growthPerWebhook(samples, figure) {
  for (const variant of OURS) {
    for (const phase of [...UPDATING, ...READING]) {
      const at = (/** @type {number} */ n) => medianOf(samples, variant, { n, phase, figure }) / n;
      const what = `${NAMES[figure]} per webhook, 1000 / 100: ${variant}, ${phase}`;
      yield* atMost(what, at(1000) / at(100), GROWTH);
    }
  }
}

/** @param {readonly Sample[]} samples @param {Time} figure */
function withLatency(samples, figure) {
  const { median } = ratioOf(samples, ["dynamic", "naive"], { n: 500, phase: "refresh", figure });
  return atMost("time with latency, dynamic / naive: refresh of 500", median, 0.35);
}

/** @param {readonly Sample[]} samples */
function requests(samples) {
  return samples.flatMap(({ variant, n, phase, run, requests: sent }) => {
    const most = OURS.some((one) => one === variant) ? REQUESTS[phase]?.(n) : undefined;
    return most === undefined ? [] : atMost(`requests: ${variant}, ${phase} of ${n}, run ${run}`, sent, most);
  });
}
