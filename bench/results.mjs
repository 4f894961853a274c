import { median } from "../tools/figures.mjs";

/** @typedef {"floor" | "naive" | "ours"} Variant */
/** @typedef {{ n: number, latency: number, parallel: number, secrets: "no" | "yes" }} Setting */
/** @typedef {Setting & { variant: Variant, phase: string }} Measured what was measured */
/** @typedef {{ hostRssBytes: number, cpuSeconds: number, requests: Record<string, number>, stateBytes: number }} Cost */
/** @typedef {{ median: number, min: number, max: number }} Spread */
/** @typedef {Measured & Cost & { wall: number }} Sample one measurement */
/** @typedef {Measured & Cost & { wall: Spread }} Result the medians of one phase of one variant */
/** @typedef {{ cpu: string, cores: number, memoryBytes: number, node: string }} Machine */

/**
 * What was measured, where, by which commands and on which days.
 * @typedef {object} Report
 * @property {Machine} machine
 * @property {readonly { command: string, date: string }[]} commands
 * @property {Spread & { runs: number }} importing milliseconds that importing the package takes
 * @property {readonly Result[]} results
 */

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
  const settingOf = (/** @type {Setting} */ { n, latency, parallel, secrets }) =>
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
 * @param {readonly Result[]} results
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
 * @returns {Result[]}
 */
export function summarize(samples) {
  const groups = Object.values(groupBy(samples));
  return groups.flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const group = [first, ...others];
    return [
      {
        ...first,
        wall: spreadOf(group.map(({ wall }) => wall)),
        cpuSeconds: median(group.map(({ cpuSeconds }) => cpuSeconds)),
        hostRssBytes: median(group.map(({ hostRssBytes }) => hostRssBytes)),
        requests: mostOfEach(group.map(({ requests }) => requests)),
        stateBytes: Math.max(...group.map(({ stateBytes }) => stateBytes)),
      },
    ];
  });
}

/** @param {readonly number[]} values */
export function spreadOf(values) {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/** @param {readonly Sample[]} samples */
function groupBy(samples) {
  /** @type {Record<string, Sample[]>} */
  const groups = {};
  for (const sample of samples) {
    const { variant, n, latency, parallel, secrets, phase } = sample;
    const key = [variant, n, latency, parallel, secrets, phase].join();
    groups[key] = [...(groups[key] ?? []), sample];
  }
  return groups;
}

/** @param {readonly Readonly<Record<string, number>>[]} counts */
function mostOfEach(counts) {
  /** @type {Record<string, number>} */
  const most = {};
  for (const [kind, count] of counts.flatMap(Object.entries)) most[kind] = Math.max(most[kind] ?? 0, count);
  return most;
}
