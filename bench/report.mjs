import { markdownTable } from "../tools/markdown.mjs";

/**
 * @typedef {object} Setting
 * @property {number} n
 * @property {number} latency
 * @property {number} parallel
 * @property {import("./project.mjs").Secrets} secrets
 * @property {string} phase
 */

/**
 * The medians of one phase of one variant.
 * @typedef {object} Result
 * @property {import("./project.mjs").Variant} variant
 * @property {number} n
 * @property {number} latency
 * @property {number} parallel
 * @property {import("./project.mjs").Secrets} secrets
 * @property {string} phase
 * @property {{ median: number, min: number, max: number }} wall
 * @property {number} cpuSeconds
 * @property {number} hostRssBytes
 * @property {Record<string, number>} requests
 * @property {number} stateBytes
 */

/**
 * @param {readonly Result[]} results
 * @param {import("./project.mjs").Variant} variant
 * @param {Setting} setting
 * @returns {Result | undefined}
 */
export function find(results, variant, { n, latency, parallel, secrets, phase }) {
  return results.find(
    (one) =>
      one.variant === variant &&
      one.n === n &&
      one.latency === latency &&
      one.parallel === parallel &&
      one.secrets === secrets &&
      one.phase === phase,
  );
}

/**
 * Time and requests: ours beside the others, a row for each phase.
 *
 * @param {readonly Result[]} results
 */
export function timeTable(results) {
  const header = [
    "webhooks",
    "latency",
    "parallel",
    "secrets",
    "phase",
    "floor",
    "naive",
    "ours",
    "ours / floor",
    "ours / naive",
    "CPU s: floor",
    "naive",
    "ours",
    "requests, naive",
    "requests, ours",
  ];
  const rows = triples(results).map(({ floor, naive, ours }) => [
    ours.n,
    `${ours.latency} ms`,
    ours.parallel || "default",
    ours.secrets,
    ours.phase,
    time(floor),
    time(naive),
    time(ours),
    (ours.wall.median / floor.wall.median).toFixed(2),
    (ours.wall.median / naive.wall.median).toFixed(2),
    floor.cpuSeconds.toFixed(1),
    naive.cpuSeconds.toFixed(1),
    ours.cpuSeconds.toFixed(1),
    count(naive.requests),
    count(ours.requests),
  ]);
  return markdownTable(header, rows);
}

/**
 * State and memory after the first `up`, which hardly depend on the latency: a row for each number of webhooks, with secrets and without.
 *
 * @param {readonly Result[]} results
 */
export function sizeTable(results) {
  const header = [
    "webhooks",
    "secrets",
    "state, floor",
    "naive",
    "ours",
    "ours / floor",
    "per webhook, ours",
    "host's memory, floor",
    "naive",
    "ours",
  ];
  const [first] = results;
  const firstUps = triples(results).filter(
    ({ ours }) =>
      ours.phase === "first up" && ours.latency === first?.latency && ours.parallel === first.parallel,
  );
  const rows = firstUps.map(({ floor, naive, ours }) => [
    ours.n,
    ours.secrets,
    kilobytes(floor.stateBytes),
    kilobytes(naive.stateBytes),
    kilobytes(ours.stateBytes),
    (ours.stateBytes / floor.stateBytes).toFixed(2),
    kilobytes(ours.stateBytes / ours.n),
    megabytes(floor.hostRssBytes),
    megabytes(naive.hostRssBytes),
    megabytes(ours.hostRssBytes),
  ]);
  return markdownTable(header, rows);
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

/** @param {readonly Result[]} results */
function triples(results) {
  return results
    .filter(({ variant }) => variant === "ours")
    .map((ours) => {
      const [floor, naive] = [find(results, "floor", ours), find(results, "naive", ours)];
      if (floor === undefined || naive === undefined)
        throw new Error(`There is nothing beside ours for ${ours.phase}.`);
      return { floor, naive, ours };
    });
}

/** @param {Result} result */
function time({ wall }) {
  return `${wall.median.toFixed(2)} s (${wall.min.toFixed(2)}–${wall.max.toFixed(2)})`;
}

/** @param {Record<string, number>} requests */
function count(requests) {
  const kinds = Object.entries(requests).map(([kind, number]) => `${number} ${kind}`);
  return kinds.length === 0 ? "none" : kinds.join(", ");
}

/** @param {number} bytes */
const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
/** @param {number} bytes */
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;
