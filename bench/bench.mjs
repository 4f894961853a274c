import { writeFile } from "node:fs/promises";
import { cpus, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { writeFigures } from "../tools/figures.mjs";
import { runMain } from "../tools/process.mjs";
import { checkBars } from "./bars.mjs";
import { chart } from "./chart.mjs";
import { createVariant } from "./project.mjs";
import { barText, tables } from "./report.mjs";
import { VARIANTS } from "./results.mjs";
import { measureImport, measureStart } from "./start.mjs";

/**
 * Side by side, interleaved, in one run: what a dynamic provider costs when it does nothing (floor), one as people
 * write it (naive), and this package by its two doors; with the real CLI, and the emulator in a process of its own.
 */

const USAGE = `npm run bench -- [options]
  --n 1,100            numbers of webhooks
  --runs 2,1           how often each number is measured; one value is for all of them
  --variants ${VARIANTS.join()}
  --latency 0          milliseconds that UP42 takes for an answer
  --secrets            gives each webhook a secret
  --skip-checkpoints   lets Pulumi write the state at the end of a command only
  --start              measures only how soon the plugin sends its first request
  --cpu                compares CPU seconds instead of time, on a machine that does other work, too
  --write-docs         writes the tables and the chart into docs
Exits with 1 when a figure is above its bar (bench/bars.mjs).`;

/** In this order, since each needs the one before it. */
const PHASES = [
  { name: "first up", args: ["up", "--yes", "--skip-preview"], version: "1" },
  { name: "no-change up", args: ["up", "--yes", "--skip-preview"], version: "1" },
  { name: "preview", args: ["preview"], version: "1" },
  { name: "update", args: ["up", "--yes", "--skip-preview"], version: "2" },
  { name: "refresh", args: ["refresh", "--yes", "--skip-preview"], version: "2" },
  { name: "destroy", args: ["destroy", "--yes", "--skip-preview"], version: "2" },
];

/** @typedef {import("./results.mjs").Variant} Variant */
/** @typedef {import("./results.mjs").Sample} Sample */
/** @typedef {import("./bars.mjs").Time} Time */

async function main() {
  const { values } = parseArgs({
    options: {
      n: { type: "string", default: "1,100" },
      runs: { type: "string", default: "2,1" },
      variants: { type: "string", default: VARIANTS.join() },
      latency: { type: "string", default: "0" },
      secrets: { type: "boolean", default: false },
      "skip-checkpoints": { type: "boolean", default: false },
      start: { type: "boolean", default: false },
      cpu: { type: "boolean", default: false },
      "write-docs": { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    return console.log(USAGE);
  }
  if (values.start) {
    return report(await measureStart());
  }
  const latency = wholeNumber(values.latency);
  const setting = { latency, secrets: values.secrets, skipCheckpoints: values["skip-checkpoints"] };
  const runs = values.runs.split(",").map(wholeNumber);
  const numbers = values.n
    .split(",")
    .map((n, index) => ({ n: wholeNumber(n), runs: runs[index] ?? runs[0] ?? 1 }));
  const samples = await measureAll(numbers, values.variants.split(",").map(variantOf), setting);
  const figure = values.cpu ? "cpuSeconds" : "wall";
  const bars = [...checkBars(samples, { ...setting, figure }), ...(await measureImport())];
  report(bars, tables(samples, figure));
  if (values["write-docs"]) {
    await writeDocument(samples, figure, setting.skipCheckpoints, bars);
  }
}

/** @param {readonly import("./bars.mjs").Bar[]} bars @param {string} [text] what comes before them */
function report(bars, text = "") {
  console.log([text, barText(bars)].join("\n\n").trim());
  if (bars.some(({ holds }) => !holds)) {
    process.exitCode = 1;
  }
}

/** @param {string} text */
function wholeNumber(text) {
  if (/^\d+$/.test(text)) {
    return Number(text);
  }
  throw new Error(`"${text}" is no whole number; see --help.`);
}

/** @param {string} text */
function variantOf(text) {
  const variant = VARIANTS.find((one) => one === text);
  if (variant !== undefined) {
    return variant;
  }
  throw new Error(`"${text}" is no variant; see --help.`);
}

/**
 * @param {readonly { n: number, runs: number }[]} numbers
 * @param {readonly Variant[]} variants
 * @param {import("./project.mjs").Setting} setting
 */
async function measureAll(numbers, variants, setting) {
  /** @type {Sample[]} */
  const samples = [];
  for (const { n, runs } of numbers) {
    for (let run = 1; run <= runs; run += 1) {
      // Each variant is first, second and last in turn.
      const first = run % variants.length;
      const inTurn = [...variants.slice(first), ...variants.slice(0, first)];
      samples.push(...(await runOnce({ n, run }, inTurn, setting)));
      console.error(`N = ${n}: run ${run} of ${runs}`);
    }
  }
  return samples;
}

/**
 * All phases of all variants once; within a phase, one variant after the other, so that what disturbs the machine
 * disturbs them alike.
 *
 * @param {{ n: number, run: number }} which
 * @param {readonly Variant[]} variants in the order in which they take turns
 * @param {import("./project.mjs").Setting} setting
 */
async function runOnce(which, variants, setting) {
  const starting = variants.map(async (variant) => ({
    variant,
    project: await createVariant(variant, which.n, setting),
  }));
  const started = await Promise.allSettled(starting);
  const projects = started.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  /** @type {Sample[]} */
  const samples = [];
  try {
    await Promise.all(starting);
    for (const { name: phase, args, version } of PHASES) {
      for (const { variant, project } of projects) {
        const figures = await project.measure(args, { BENCH_VERSION: version });
        samples.push({ ...which, variant, phase, ...figures });
      }
    }
  } finally {
    await Promise.all(projects.map(({ project }) => project.dispose()));
  }
  return samples;
}

/**
 * Of the largest number alone, when Pulumi writes the state at the end only.
 *
 * @param {readonly Sample[]} samples
 * @param {Time} figure
 * @param {boolean} skipCheckpoints
 * @param {readonly import("./bars.mjs").Bar[]} bars
 */
async function writeDocument(samples, figure, skipCheckpoints, bars) {
  const [cpu] = cpus();
  const machine = `${cpus().length} cores (${cpu?.model}), ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node.js ${process.version}`;
  const command = ["npm run bench --", ...process.argv.slice(2)].join(" ");
  const origin = `\`${command}\`, ${new Date().toISOString().slice(0, 10)}, ${machine}:`;
  const shown = skipCheckpoints ? samples.filter(({ n }) => n === samples.at(-1)?.n) : samples;
  const text = [origin, tables(shown, figure), barText(bars)].join("\n\n");
  await writeFigures("docs/performance.md", skipCheckpoints ? "skipped checkpoints" : "bench", text);
  if (!skipCheckpoints) {
    await writeFile(new URL("../docs/performance.svg", import.meta.url), chart(samples, figure));
  }
}

await runMain(main);
