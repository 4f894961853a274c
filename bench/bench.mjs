import { readFile, writeFile } from "node:fs/promises";
import { cpus, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { median, writeFigures } from "../tools/figures.mjs";
import { checkBars } from "./bars.mjs";
import { measureImport } from "./importing.mjs";
import { Project } from "./project.mjs";
import { barTable, sizeTable, timeTable } from "./report.mjs";

/**
 * Side by side, interleaved, in one run: what a dynamic provider costs when it does nothing (floor), one as people
 * write it (naive), and ours; with the real CLI, and the emulator in a process of its own.
 */

const IMPORT_RUNS = 41;
const USAGE = `npm run bench -- [options]
  --n 1,100,500       numbers of webhooks
  --latency 0,50      milliseconds that UP42 takes for an answer
  --parallel 0,64     operations in flight; 0 is Pulumi's own default
  --runs 5            how often each is measured; 0 only writes what the JSON has
  --json FILE         writes the figures; keeps those of other settings that the file has already
  --write-docs        writes the figures into docs/performance.md
Exits with 1 when a figure is above its bar (bench/bars.mjs).`;

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

/**
 * @typedef {object} Report
 * @property {{ cpu: string, cores: number, memoryBytes: number, node: string, date: string }} machine
 * @property {readonly string[]} commands that made it
 * @property {import("./importing.mjs").ImportCost} importing
 * @property {readonly import("./report.mjs").Result[]} results
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
  const settings = numbers(values.n).flatMap((n) =>
    numbers(values.latency).flatMap((latency) =>
      numbers(values.parallel).map((parallel) => ({ n, latency, parallel })),
    ),
  );
  const command = `npm run bench -- --n ${values.n} --latency ${values.latency} --parallel ${values.parallel} --runs ${values.runs}`;
  const samples = await measureAll(settings, Number(values.runs));
  const report = await combine(values.json, {
    machine: describeMachine(),
    commands: samples.length === 0 ? [] : [command],
    importing: await measureImport(IMPORT_RUNS),
    results: summarize(samples),
  });
  const bars = checkBars(report.results, report.importing.median);
  console.log([sizeTable(report.results), timeTable(report.results), barTable(bars)].join("\n\n"));
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(report, undefined, 2)}\n`);
  if (values["write-docs"]) await writeDocument(report, bars);
  if (bars.some(({ holds }) => !holds)) process.exitCode = 1;
}

/**
 * @param {readonly { n: number, latency: number, parallel: number }[]} settings
 * @param {number} runs
 */
async function measureAll(settings, runs) {
  /** @type {Sample[]} */
  const samples = [];
  for (const setting of settings) {
    for (let run = 1; run <= runs; run += 1) {
      samples.push(...(await runOnce(setting)));
      const { n, latency, parallel } = setting;
      console.error(`n ${n}, latency ${latency} ms, parallel ${parallel || "default"}: run ${run}`);
    }
  }
  return samples;
}

/**
 * What a file has already of other settings, and what was measured now.
 *
 * @param {string | undefined} file
 * @param {Report} measured
 * @returns {Promise<Report>}
 */
async function combine(file, measured) {
  if (file === undefined) return measured;
  const before = await readReport(file);
  if (before === undefined) return measured;
  const settingOf = (/** @type {import("./report.mjs").Result} */ { n, latency, parallel }) =>
    [n, latency, parallel].join();
  const settings = new Set(measured.results.map(settingOf));
  const kept = before.results.filter((result) => !settings.has(settingOf(result)));
  return {
    ...measured,
    commands: [...new Set([...before.commands, ...measured.commands])],
    results: [...kept, ...measured.results],
  };
}

/**
 * @param {string} file
 * @returns {Promise<Report | undefined>} nothing when there is no such file
 */
async function readReport(file) {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

function describeMachine() {
  const [cpu] = cpus();
  return {
    cpu: cpu?.model ?? "unknown",
    cores: cpus().length,
    memoryBytes: totalmem(),
    node: process.version,
    date: new Date().toISOString().slice(0, 10),
  };
}

/**
 * @param {Report} report
 * @param {readonly import("./bars.mjs").Bar[]} bars
 */
async function writeDocument({ machine, commands, results }, bars) {
  const memory = `${(machine.memoryBytes / 2 ** 30).toFixed(0)} GiB`;
  const origin = `${machine.date}, ${machine.cores} cores (${machine.cpu}), ${memory}, Node.js ${machine.node}.`;
  const made = ["```sh", ...commands, "```"].join("\n");
  await writeFigures("docs/performance.md", "time", [origin, made, timeTable(results)].join("\n\n"));
  await writeFigures("docs/performance.md", "size", sizeTable(results));
  await writeFigures("docs/performance.md", "bars", barTable(bars));
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

/** @param {string} list */
function numbers(list) {
  return list.split(",").map((text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < 0) throw new Error(`"${text}" is not a whole number.\n${USAGE}`);
    return value;
  });
}

await main();
