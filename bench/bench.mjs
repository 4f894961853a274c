import { writeFile } from "node:fs/promises";
import { cpus, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { Project } from "./project.mjs";
import { ratios, writeDocument } from "./report.mjs";

/**
 * Side by side, interleaved, in one run: what a dynamic provider costs when it does nothing (floor), one as people
 * write it (naive), and ours; with the real CLI, and the emulator in a process of its own.
 */

const USAGE = `npm run bench -- [options]
  --n 1,100,500       numbers of webhooks
  --latency 0,50      milliseconds that UP42 takes for an answer
  --parallel 0,64     operations in flight; 0 is Pulumi's own default
  --runs 5            how often each is measured
  --json FILE         writes the figures
  --write-docs        writes docs/performance.md from the figures`;

/** @type {readonly import("./project.mjs").Variant[]} */
const VARIANTS = ["floor", "naive", "ours"];

/** In this order, since each needs the one before it. */
const PHASES = [
  { name: "first up", args: ["up", "--yes", "--skip-preview"], version: "1" },
  { name: "no-change up", args: ["up", "--yes", "--skip-preview"], version: "1" },
  { name: "preview", args: ["preview"], version: "1" },
  { name: "update", args: ["up", "--yes", "--skip-preview"], version: "2" },
  { name: "refresh", args: ["refresh", "--yes", "--skip-preview"], version: "2" },
  { name: "destroy", args: ["destroy", "--yes", "--skip-preview"], version: "2" },
];

/**
 * One measurement: a phase of one variant.
 * @typedef {object} Sample
 * @property {import("./project.mjs").Variant} variant
 * @property {number} n
 * @property {number} latency
 * @property {number} parallel
 * @property {string} phase
 * @property {number} wall
 * @property {number} cpuSeconds
 * @property {number} hostRssBytes
 * @property {Record<string, number>} requests
 * @property {number} stateBytes
 */

async function main() {
  const { values } = parseArgs({
    options: {
      n: { type: "string", default: "1,100,500" },
      latency: { type: "string", default: "0,50" },
      parallel: { type: "string", default: "0,64" },
      runs: { type: "string", default: "5" },
      json: { type: "string" },
      "write-docs": { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  /** @type {Sample[]} */
  const samples = [];
  for (const n of numbers(values.n)) {
    for (const latency of numbers(values.latency)) {
      for (const parallel of numbers(values.parallel)) {
        for (let run = 0; run < Number(values.runs); run += 1) {
          samples.push(...(await runOnce({ n, latency, parallel })));
          console.error(`n ${n}, latency ${latency} ms, parallel ${parallel || "default"}: run ${run + 1}`);
        }
      }
    }
  }
  const [cpu] = cpus();
  const machine = {
    cpu: cpu?.model ?? "unknown",
    cores: cpus().length,
    memoryBytes: totalmem(),
    node: process.version,
    date: new Date().toISOString().slice(0, 10),
  };
  const report = { machine, runs: Number(values.runs), results: summarize(samples) };
  console.log(ratios(report.results));
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(report, undefined, 2)}\n`);
  if (values["write-docs"]) await writeDocument(report, process.argv.slice(2).join(" "));
}

/**
 * All phases of all variants once; within a phase, one variant after the other, so that what disturbs the machine
 * disturbs them alike.
 *
 * @param {{ n: number, latency: number, parallel: number }} setting
 */
async function runOnce(setting) {
  const projects = await Promise.all(
    VARIANTS.map(async (variant) => ({ variant, project: await Project.create(variant, setting) })),
  );
  /** @type {Sample[]} */
  const samples = [];
  try {
    for (const { name, args, version } of PHASES) {
      for (const { variant, project } of projects) {
        const parallel =
          setting.parallel > 0 && args[0] !== "preview" ? ["--parallel", String(setting.parallel)] : [];
        await project.requests();
        const cost = await project.run([...args, ...parallel], { BENCH_VERSION: version });
        const requests = await project.requests();
        samples.push({
          variant,
          ...setting,
          phase: name,
          ...cost,
          requests,
          stateBytes: await project.stateBytes(),
        });
      }
    }
  } finally {
    await Promise.all(projects.map(({ project }) => project.remove()));
  }
  return samples;
}

/**
 * Medians of the runs, with the extremes of the time.
 *
 * @param {readonly Sample[]} samples
 */
function summarize(samples) {
  /** @type {Map<string, Sample[]>} */
  const groups = new Map();
  for (const sample of samples) {
    const { variant, n, latency, parallel, phase } = sample;
    const key = [variant, n, latency, parallel, phase].join();
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
      },
    ];
  });
}

/** @param {readonly number[]} values */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
}

/** @param {string} list */
function numbers(list) {
  return list.split(",").map((text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < 0) throw new Error(`"${text}" is not a whole number.\n${USAGE}`);
    return value;
  });
}

await main();
