import { markdownTable } from "../tools/markdown.mjs";

/** @typedef {import("./results.mjs").Result} Result */
/** @typedef {{ floor: Result, naive: Result, ours: Result }} Row */
/** @typedef {[title: string, figureOf: (row: Row) => string | number]} Column */

const kilobytes = (/** @type {number} */ bytes) => `${(bytes / 1000).toFixed(1)} kB`;
const megabytes = (/** @type {number} */ bytes) => `${(bytes / 1e6).toFixed(0)} MB`;
const seconds = (/** @type {Result} */ { wall }) =>
  `${wall.median.toFixed(2)} s (${wall.min.toFixed(2)}–${wall.max.toFixed(2)})`;

/** @type {Column[]} */
const TIME_COLUMNS = [
  ["webhooks", ({ ours }) => ours.n],
  ["latency", ({ ours }) => `${ours.latency} ms`],
  ["parallel", ({ ours }) => ours.parallel || "default"],
  ["secrets", ({ ours }) => ours.secrets],
  ["phase", ({ ours }) => ours.phase],
  ["floor", ({ floor }) => seconds(floor)],
  ["naive", ({ naive }) => seconds(naive)],
  ["ours", ({ ours }) => seconds(ours)],
  ["ours / floor", ({ floor, ours }) => (ours.wall.median / floor.wall.median).toFixed(2)],
  ["ours / naive", ({ naive, ours }) => (ours.wall.median / naive.wall.median).toFixed(2)],
  ["CPU s: floor", ({ floor }) => floor.cpuSeconds.toFixed(1)],
  ["naive", ({ naive }) => naive.cpuSeconds.toFixed(1)],
  ["ours", ({ ours }) => ours.cpuSeconds.toFixed(1)],
  ["requests, naive", ({ naive }) => count(naive.requests)],
  ["requests, ours", ({ ours }) => count(ours.requests)],
];

/** @type {Column[]} */
const SIZE_COLUMNS = [
  ["webhooks", ({ ours }) => ours.n],
  ["secrets", ({ ours }) => ours.secrets],
  ["state, floor", ({ floor }) => kilobytes(floor.stateBytes)],
  ["naive", ({ naive }) => kilobytes(naive.stateBytes)],
  ["ours", ({ ours }) => kilobytes(ours.stateBytes)],
  ["ours / floor", ({ floor, ours }) => (ours.stateBytes / floor.stateBytes).toFixed(2)],
  ["per webhook, ours", ({ ours }) => kilobytes(ours.stateBytes / ours.n)],
  ["host's memory, floor", ({ floor }) => megabytes(floor.hostRssBytes)],
  ["naive", ({ naive }) => megabytes(naive.hostRssBytes)],
  ["ours", ({ ours }) => megabytes(ours.hostRssBytes)],
];

/**
 * @param {readonly Result[]} results
 * @param {import("./results.mjs").Variant} variant
 * @param {import("./results.mjs").Setting & { phase: string }} which
 * @returns {Result | undefined}
 */
export function find(results, variant, { n, latency, parallel, secrets, phase }) {
  const wanted = Object.entries({ variant, n, latency, parallel, secrets, phase });
  return results.find((one) => wanted.every(([name, value]) => Object(one)[name] === value));
}

/**
 * Time and requests: ours beside the others, a row for each phase.
 *
 * @param {readonly Result[]} results
 */
export function timeTable(results) {
  return tableOf(TIME_COLUMNS, rowsOf(results));
}

/**
 * State and memory after the first `up`, which hardly depend on the latency: a row for each number of webhooks, with
 * secrets and without.
 *
 * @param {readonly Result[]} results
 */
export function sizeTable(results) {
  const [first] = results;
  const rows = rowsOf(results).filter(
    ({ ours }) =>
      ours.phase === "first up" && ours.latency === first?.latency && ours.parallel === first.parallel,
  );
  return tableOf(SIZE_COLUMNS, rows);
}

/** @param {readonly import("./bars.mjs").Bar[]} bars */
export function barTable(bars) {
  const rows = bars.map(({ what, value, bar, holds }) => [
    what,
    Number(value.toFixed(3)),
    bar,
    holds ? "yes" : "**no**",
  ]);
  return markdownTable(["what", "measured", "at most", "holds"], rows);
}

/**
 * @param {readonly Column[]} columns
 * @param {readonly Row[]} rows
 */
function tableOf(columns, rows) {
  const titles = columns.map(([title]) => title);
  return markdownTable(
    titles,
    rows.map((row) => columns.map(([, figureOf]) => figureOf(row))),
  );
}

/**
 * @param {readonly Result[]} results
 * @returns {Row[]}
 */
function rowsOf(results) {
  return results
    .filter(({ variant }) => variant === "ours")
    .map((ours) => {
      const [floor, naive] = [find(results, "floor", ours), find(results, "naive", ours)];
      if (floor && naive) return { floor, naive, ours };
      throw new Error(`There is nothing beside ours for ${ours.phase}.`);
    });
}

/** @param {Record<string, number>} requests */
function count(requests) {
  const kinds = Object.entries(requests).map(([kind, number]) => `${number} ${kind}`);
  return kinds.length === 0 ? "none" : kinds.join(", ");
}
