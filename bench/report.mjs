import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const DOCUMENT = fileURLToPath(new URL("../docs/performance.md", import.meta.url));

/**
 * @typedef {object} Result
 * @property {import("./project.mjs").Variant} variant
 * @property {number} n
 * @property {number} latency
 * @property {number} parallel
 * @property {string} phase
 * @property {{ median: number, min: number, max: number }} wall
 * @property {number} cpuSeconds
 * @property {number} hostRssBytes
 * @property {Record<string, number>} requests
 * @property {number} stateBytes
 */

/** @typedef {{ machine: { cpu: string, cores: number, memoryBytes: number, node: string, date: string }, runs: number, results: readonly Result[] }} Report */

/**
 * A Markdown table: ours beside the others.
 *
 * @param {readonly Result[]} results
 */
export function ratios(results) {
  const header =
    "| webhooks | latency | parallel | phase | floor | naive | ours | ours / floor | ours / naive | requests, naive | requests, ours |";
  const rows = results.filter(({ variant }) => variant === "ours").map((ours) => row(ours, results));
  return [header, header.replace(/[^|]+/g, " --- "), ...rows].join("\n");
}

/**
 * @param {Result} ours
 * @param {readonly Result[]} results
 */
function row(ours, results) {
  const floor = other("floor", ours, results);
  const naive = other("naive", ours, results);
  const cells = [
    ours.n,
    `${ours.latency} ms`,
    ours.parallel || "default",
    ours.phase,
    time(floor),
    time(naive),
    time(ours),
    (ours.wall.median / floor.wall.median).toFixed(2),
    (ours.wall.median / naive.wall.median).toFixed(2),
    count(naive.requests),
    count(ours.requests),
  ];
  return `| ${cells.join(" | ")} |`;
}

/**
 * @param {import("./project.mjs").Variant} variant
 * @param {Result} of
 * @param {readonly Result[]} results
 */
function other(variant, of, results) {
  const found = results.find(
    (one) =>
      one.variant === variant &&
      one.n === of.n &&
      one.latency === of.latency &&
      one.parallel === of.parallel &&
      one.phase === of.phase,
  );
  if (found === undefined) throw new Error(`There is no result of ${variant} for ${of.phase}.`);
  return found;
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

/**
 * State and memory, which hardly depend on the latency: a row for each number of webhooks.
 *
 * @param {readonly Result[]} results
 */
function sizes(results) {
  const header =
    "| webhooks | state, floor | state, naive | state, ours | ours / floor | per webhook, ours | host's memory, floor | naive | ours |";
  const [first] = results;
  const firstUps = results.filter(
    ({ variant, phase, latency, parallel }) =>
      variant === "ours" && phase === "first up" && latency === first?.latency && parallel === first.parallel,
  );
  const rows = firstUps.map((ours) => {
    const floor = other("floor", ours, results);
    const naive = other("naive", ours, results);
    const cells = [
      ours.n,
      kilobytes(floor.stateBytes),
      kilobytes(naive.stateBytes),
      kilobytes(ours.stateBytes),
      (ours.stateBytes / floor.stateBytes).toFixed(2),
      kilobytes(ours.stateBytes / ours.n),
      megabytes(floor.hostRssBytes),
      megabytes(naive.hostRssBytes),
      megabytes(ours.hostRssBytes),
    ];
    return `| ${cells.join(" | ")} |`;
  });
  return [header, header.replace(/[^|]+/g, " --- "), ...rows].join("\n");
}

/** @param {number} bytes */
const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
/** @param {number} bytes */
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;

/**
 * @param {Report} report
 * @param {string} options the command line that made it
 */
export async function writeDocument({ machine, runs, results }, options) {
  const text = `# Performance

Written by \`npm run bench -- ${options}\`; not by hand. ${machine.date}, ${machine.cores} cores (${machine.cpu}),
Node.js ${machine.node}; medians of ${runs} runs, with the fastest and the slowest in brackets. The variants take turns
within each phase of one run.

- **floor**: \`pulumi.dynamic.Resource\`s that do nothing, with the same inputs: what Pulumi itself costs.
- **naive**: a dynamic provider as people write it, kept in \`bench/programs\`.
- **ours**: this package, against the emulator in a process of its own.

Pulumi writes the whole state again after each step, so what a resource keeps in it is paid for many times. That is
where a constant stub instead of serialised code makes a difference: the more, the more webhooks there are.

## State and memory

${sizes(results)}

## Time and requests

${ratios(results)}
`;
  await writeFile(DOCUMENT, text);
}
