import { median } from "../tools/figures.mjs";

/**
 * One measurement: a phase of one variant.
 * @typedef {object} Sample
 * @property {import("./project.mjs").Variant} variant
 * @property {number} n
 * @property {number} latency
 * @property {number} parallel
 * @property {import("./project.mjs").Secrets} secrets
 * @property {string} phase
 * @property {number} wall
 * @property {number} cpuSeconds
 * @property {number} hostRssBytes
 * @property {Record<string, number>} requests
 * @property {number} stateBytes
 */

/**
 * What was measured, where, by which commands and on which days.
 * @typedef {object} Report
 * @property {Machine} machine
 * @property {readonly { command: string, date: string }[]} commands
 * @property {import("./loading.mjs").Cost} importing
 * @property {readonly import("./report.mjs").Result[]} results
 */

/** @typedef {{ cpu: string, cores: number, memoryBytes: number, node: string }} Machine */

/** @param {Machine} machine */
export function describeMachine({ cpu, cores, memoryBytes, node }) {
  return `${cores} cores (${cpu}), ${(memoryBytes / 2 ** 30).toFixed(0)} GiB, Node.js ${node}`;
}

/**
 * Figures of different machines do not belong into one report.
 *
 * @param {Report} before
 * @param {Machine} machine
 * @throws {Error} when they were measured on another one
 */
export function expectSameMachine(before, machine) {
  const [there, here] = [before.machine, machine].map(describeMachine);
  if (there === here) return;
  throw new Error(
    `The file has figures of another machine: ${there}. This is: ${here}. Name another file, or measure all of it again.`,
  );
}

/**
 * What was measured now, and of what was measured before all that has other settings.
 *
 * @param {Report | undefined} before
 * @param {Report} measured
 * @returns {Report}
 */
export function combine(before, measured) {
  if (before === undefined) return measured;
  expectSameMachine(before, measured.machine);
  const settingOf = (/** @type {import("./report.mjs").Result} */ { n, latency, parallel, secrets }) =>
    [n, latency, parallel, secrets].join();
  const settings = new Set(measured.results.map(settingOf));
  const again = new Set(measured.commands.map(({ command }) => command));
  return {
    ...measured,
    commands: [...before.commands.filter(({ command }) => !again.has(command)), ...measured.commands],
    results: [...before.results.filter((result) => !settings.has(settingOf(result))), ...measured.results],
  };
}

/**
 * By number of webhooks, secrets, latency and parallel operations; what has the same of all stays in its order.
 *
 * @param {readonly import("./report.mjs").Result[]} results
 */
export function inOrder(results) {
  return [...results].sort(
    (left, right) =>
      left.n - right.n ||
      left.secrets.localeCompare(right.secrets) ||
      left.latency - right.latency ||
      left.parallel - right.parallel,
  );
}

/**
 * Medians of the runs, with the extremes of the time; of requests and state the most that a run had.
 *
 * @param {readonly Sample[]} samples
 * @returns {import("./report.mjs").Result[]}
 */
export function summarize(samples) {
  /** @type {Map<string, Sample[]>} */
  const groups = new Map();
  for (const sample of samples) {
    const { variant, n, latency, parallel, secrets, phase } = sample;
    const key = [variant, n, latency, parallel, secrets, phase].join();
    groups.set(key, [...(groups.get(key) ?? []), sample]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const walls = group.map(({ wall }) => wall);
    return [
      {
        ...first,
        wall: { median: median(walls), min: Math.min(...walls), max: Math.max(...walls) },
        cpuSeconds: median(group.map(({ cpuSeconds }) => cpuSeconds)),
        hostRssBytes: median(group.map(({ hostRssBytes }) => hostRssBytes)),
        requests: mostOfEach(group.map(({ requests }) => requests)),
        stateBytes: Math.max(...group.map(({ stateBytes }) => stateBytes)),
      },
    ];
  });
}

/** @param {readonly Readonly<Record<string, number>>[]} counts */
function mostOfEach(counts) {
  /** @type {Record<string, number>} */
  const most = {};
  for (const [kind, count] of counts.flatMap(Object.entries)) most[kind] = Math.max(most[kind] ?? 0, count);
  return most;
}
