import { markdownTable } from "../tools/markdown.mjs";
import { medianOf, ratioOf, VARIANTS } from "./results.mjs";

/** @typedef {import("./results.mjs").Sample} Sample */
/** @typedef {import("./results.mjs").Which} Which */
/** @typedef {import("./results.mjs").Variant} Variant */

/** @type {readonly (readonly [Variant, Variant])[]} */
const PAIRS = [
  ["naive", "floor"],
  ["dynamic", "floor"],
  ["plugin", "floor"],
  ["plugin", "dynamic"],
];

/**
 * One table for each number of webhooks: the medians of each variant, and one variant beside another.
 *
 * @param {readonly Sample[]} samples
 * @param {"wall" | "cpuSeconds"} time
 */
export function tables(samples, time) {
  const numbers = [...new Set(samples.map(({ n }) => n))];
  return numbers.map((n) => tableOf(samples, n, time)).join("\n\n");
}

/** @param {readonly Sample[]} all @param {number} n @param {"wall" | "cpuSeconds"} time */
function tableOf(all, n, time) {
  const samples = all.filter((sample) => sample.n === n);
  const measured = VARIANTS.filter((one) => samples.some(({ variant }) => variant === one));
  const pairs = PAIRS.filter((pair) => pair.every((one) => measured.includes(one)));
  const row = (
    /** @type {string} */ title,
    /** @type {Omit<Which, "n">} */ which,
    divisor = 1,
    digits = 2,
  ) => [
    title,
    ...measured.map((variant) => (medianOf(samples, variant, { n, ...which }) / divisor).toFixed(digits)),
    ...pairs.map((pair) => cellOf(ratioOf(samples, pair, { n, ...which }))),
  ];
  const phases = [...new Set(samples.map(({ phase }) => phase))];
  const rows = [
    ...phases.map((phase) => row(`${phase}, ${time === "wall" ? "s" : "CPU s"}`, { phase, figure: time })),
    row("state, kB", { phase: "first up", figure: "stateBytes" }, 1e3),
    row("host's memory, MB", { phase: "first up", figure: "hostRssBytes" }, 1e6, 0),
    row("requests, first up", { phase: "first up", figure: "requests" }, 1, 0),
    row("requests, refresh", { phase: "refresh", figure: "requests" }, 1, 0),
  ];
  return markdownTable(
    [`${n} webhook${n === 1 ? "" : "s"}`, ...measured, ...pairs.map((pair) => pair.join(" / "))],
    rows,
  );
}

/** @param {ReturnType<typeof ratioOf>} ratio */
function cellOf({ median, min, max }) {
  if (Number.isNaN(median)) {
    return "";
  }
  return min === max ? median.toFixed(2) : `${median.toFixed(2)} (${min.toFixed(2)}–${max.toFixed(2)})`;
}

/**
 * How many figures are within their bars, and those that are not.
 *
 * @param {readonly import("./bars.mjs").Bar[]} bars
 */
export function barText(bars) {
  const above = bars.filter(({ holds }) => !holds);
  const lines = above.map(({ what, value, bar }) => `- ${what}: ${Number(value.toFixed(3))}, at most ${bar}`);
  const count = `${bars.length - above.length} of ${bars.length} figures are within their bars`;
  return [`${count}${lines.length > 0 ? ", not:\n" : "."}`, ...lines].join("\n");
}
