import { median } from "../tools/figures.mjs";
import { markdownTable } from "../tools/markdown.mjs";
import { figuresOf, ratioOf, VARIANTS } from "./results.mjs";

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
  return numbers
    .map((n) =>
      tableOf(
        samples.filter((sample) => sample.n === n),
        n,
        time,
      ),
    )
    .join("\n\n");
}

/**
 * @param {readonly Sample[]} samples
 * @param {number} n
 * @param {"wall" | "cpuSeconds"} time
 */
function tableOf(samples, n, time) {
  const measured = VARIANTS.filter((one) => samples.some(({ variant }) => variant === one));
  const pairs = PAIRS.filter((pair) => pair.every((one) => measured.includes(one)));
  const row = (/** @type {string} */ title, /** @type {Omit<Which, "n">} */ which, divisor = 1) => [
    title,
    ...measured.map((variant) => {
      const values = [...figuresOf(samples, variant, { n, ...which }).values()];
      return (median(values) / divisor).toFixed(divisor === 1e6 || which.figure === "requests" ? 0 : 2);
    }),
    ...pairs.map((pair) => cellOf(ratioOf(samples, pair, { n, ...which }))),
  ];
  const phases = [...new Set(samples.map(({ phase }) => phase))];
  const rows = [
    ...phases.map((phase) => row(`${phase}, ${time === "wall" ? "s" : "CPU s"}`, { phase, figure: time })),
    row("state, kB", { phase: "first up", figure: "stateBytes" }, 1e3),
    row("host's memory, MB", { phase: "first up", figure: "hostRssBytes" }, 1e6),
    row("requests, first up", { phase: "first up", figure: "requests" }),
    row("requests, refresh", { phase: "refresh", figure: "requests" }),
  ];
  return markdownTable(
    [`${n} webhook${n === 1 ? "" : "s"}`, ...measured, ...pairs.map((pair) => pair.join(" / "))],
    rows,
  );
}

/** @param {import("./results.mjs").Spread | undefined} ratio */
function cellOf(ratio) {
  if (ratio === undefined || !Number.isFinite(ratio.max)) return "";
  const [middle, min, max] = [ratio.median, ratio.min, ratio.max].map((value) => value.toFixed(2));
  return min === max ? String(middle) : `${middle} (${min}–${max})`;
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
