import { median } from "../tools/figures.mjs";
import { figuresOf, ratioOf } from "./results.mjs";

/** @typedef {import("./results.mjs").Sample} Sample */
/** @typedef {{ what: string, value: number, bar: number, holds: boolean }} Bar */

const EVERY = ["first up", "no-change up", "preview", "update", "refresh", "destroy"];
const READING = ["no-change up", "preview", "refresh"];

/**
 * How much of another variant's figure one may have: the bar by number of webhooks.
 *
 * @type {readonly { pair: readonly [import("./results.mjs").Variant, import("./results.mjs").Variant],
 *   phases: readonly string[], bars: Readonly<Record<number, number>>, figure?: "stateBytes" }[]}
 */
const RATIOS = [
  {
    pair: ["dynamic", "floor"],
    phases: ["first up", "update", "destroy"],
    bars: { 1: 1.05, 100: 1, 500: 0.65 },
  },
  { pair: ["dynamic", "floor"], phases: READING, bars: { 1: 1.05, 100: 1.05, 500: 1.05 } },
  { pair: ["plugin", "floor"], phases: ["first up"], bars: { 1: 0.85, 500: 0.5 } },
  { pair: ["plugin", "floor"], phases: ["update"], bars: { 500: 0.5 } },
  { pair: ["plugin", "floor"], phases: ["refresh"], bars: { 1: 0.55, 500: 0.7 } },
  { pair: ["plugin", "floor"], phases: ["destroy"], bars: { 1: 0.55, 500: 0.5 } },
  { pair: ["plugin", "dynamic"], phases: EVERY, bars: { 1: 1, 100: 1, 500: 1 } },
  { pair: ["plugin", "dynamic"], phases: ["refresh", "destroy"], bars: { 1: 0.6 } },
  { pair: ["dynamic", "floor"], phases: ["first up"], bars: { 100: 0.45 }, figure: "stateBytes" },
  { pair: ["plugin", "dynamic"], phases: ["first up"], bars: { 100: 1 }, figure: "stateBytes" },
];

/** The largest growth of a ratio to the floor from 100 webhooks to 500, and of the time per webhook from 100 to 1000. */
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
 * @param {import("./project.mjs").Setting & { figure: "wall" | "cpuSeconds" }} setting
 * @returns {readonly Bar[]}
 */
export function checkBars(samples, { latency, skipCheckpoints, figure }) {
  if (skipCheckpoints) return [...requests(samples), ...growthPerWebhook(samples, figure)];
  if (latency > 0) return [...requests(samples), ...latencyBars(samples, figure)];
  return [...ratios(samples, figure), ...growth(samples, figure), ...memory(samples), ...requests(samples)];
}

/**
 * @param {readonly Sample[]} samples
 * @param {"wall" | "cpuSeconds"} time
 */
function ratios(samples, time) {
  return RATIOS.flatMap(({ pair, phases, bars, figure = time }) =>
    phases.flatMap((phase) =>
      Object.entries(bars).flatMap(([n, bar]) => {
        const ratio = ratioOf(samples, pair, { n: Number(n), phase, figure });
        return ratio === undefined
          ? []
          : atMost(`${nameOf(figure)}, ${pair.join(" / ")}: ${phase} of ${n}`, ratio.median, bar);
      }),
    ),
  );
}

/**
 * @param {readonly Sample[]} samples
 * @param {"wall" | "cpuSeconds"} figure
 */
function growth(samples, figure) {
  return EVERY.flatMap((phase) => {
    const [few, many] = [100, 500].map((n) => ratioOf(samples, ["dynamic", "floor"], { n, phase, figure }));
    if (few === undefined || many === undefined) return [];
    return atMost(`growth from 100 to 500, dynamic / floor: ${phase}`, many.median / few.median, GROWTH);
  });
}

/**
 * @param {readonly Sample[]} samples
 * @param {"wall" | "cpuSeconds"} figure
 */
function growthPerWebhook(samples, figure) {
  return /** @type {const} */ (["dynamic", "plugin"]).flatMap((variant) =>
    EVERY.flatMap((phase) => {
      const [few = Number.NaN, many = Number.NaN] = [100, 1000].map(
        (n) => median([...figuresOf(samples, variant, { n, phase, figure }).values()]) / n,
      );
      return few > 0 && many > 0
        ? atMost(`${nameOf(figure)} per webhook, 1000 / 100: ${variant}, ${phase}`, many / few, GROWTH)
        : [];
    }),
  );
}

/** @param {readonly Sample[]} samples */
function memory(samples) {
  return /** @type {const} */ (["dynamic", "plugin"]).flatMap((variant) =>
    ["first up", "update", "refresh", "destroy"].flatMap((phase) => {
      const [floor, ours] = /** @type {const} */ (["floor", variant]).map((one) => [
        ...figuresOf(samples, one, { n: 500, phase, figure: "hostRssBytes" }).values(),
      ]);
      if (!floor?.length || !ours?.length) return [];
      return atMost(
        `memory beyond the floor's, bytes: ${variant}, ${phase} of 500`,
        median(ours) - median(floor),
        MEMORY_BYTES,
      );
    }),
  );
}

/** @param {readonly Sample[]} samples */
function requests(samples) {
  return samples.flatMap(({ variant, n, phase, run, requests: sent }) => {
    const most = REQUESTS[phase];
    if (most === undefined || (variant !== "dynamic" && variant !== "plugin")) return [];
    return atMost(`requests: ${variant}, ${phase} of ${n}, run ${run}`, sent, most(n));
  });
}

/**
 * @param {readonly Sample[]} samples
 * @param {"wall" | "cpuSeconds"} figure
 */
function latencyBars(samples, figure) {
  const ratio = ratioOf(samples, ["dynamic", "naive"], { n: 500, phase: "refresh", figure });
  return ratio === undefined
    ? []
    : atMost("time with latency, dynamic / naive: refresh of 500", ratio.median, 0.35);
}

/** @param {keyof import("./results.mjs").Figures} figure */
function nameOf(figure) {
  return {
    wall: "time",
    cpuSeconds: "CPU seconds",
    stateBytes: "state",
    hostRssBytes: "memory",
    requests: "requests",
  }[figure];
}

/**
 * @param {string} what
 * @param {number} value
 * @param {number} bar
 * @returns {Bar[]}
 */
export function atMost(what, value, bar) {
  return [{ what, value, bar, holds: value <= bar }];
}
