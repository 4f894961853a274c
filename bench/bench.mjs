import { readFile, writeFile } from "node:fs/promises";
import { cpus, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { writeFigures } from "../tools/figures.mjs";
import { runMain } from "../tools/process.mjs";
import { checkBars } from "./bars.mjs";
import { measureImport } from "./measure.mjs";
import { valuesOf, WHOLE_NUMBER, YES_OR_NO } from "./options.mjs";
import { createVariant } from "./project.mjs";
import { barTable, sizeTable, timeTable } from "./report.mjs";
import { combine, describeMachine, expectSameMachine, inOrder, summarize } from "./results.mjs";

/**
 * Side by side, interleaved, in one run: what a dynamic provider costs when it does nothing (floor), one as people
 * write it (naive), and ours; with the real CLI, and the emulator in a process of its own.
 */

const IMPORT_RUNS = 41;
const USAGE = `npm run bench -- [options]
  --n 1,100,500       numbers of webhooks
  --latency 0,50      milliseconds that UP42 takes for an answer
  --parallel 0,64     operations in flight; 0 is Pulumi's own default
  --secrets no        whether each webhook has a secret; "no,yes" measures both
  --runs 5            how often each is measured; 0 only writes what the JSON has
  --json FILE         writes the figures; keeps those of other settings that the file has from this machine
  --write-docs        writes the figures into bench/README.md
Exits with 1 when a figure is above its bar (bench/bars.mjs).`;

/** @type {readonly import("./results.mjs").Variant[]} */
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
 * @typedef {import("./results.mjs").Sample} Sample
 * @typedef {import("./results.mjs").Report} Report
 * @typedef {import("./results.mjs").Setting} Setting
 */

async function main() {
  const options = /** @type {const} */ ({
    n: { type: "string", default: "1,100,500" },
    latency: { type: "string", default: "0,50" },
    parallel: { type: "string", default: "0,64" },
    secrets: { type: "string", default: "no" },
    runs: { type: "string", default: "5" },
    json: { type: "string" },
    "write-docs": { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  });
  const { values } = parseArgs({ options });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const numbers = (/** @type {string} */ text) => valuesOf(text, WHOLE_NUMBER).map(Number);
  const settings = numbers(values.n).flatMap((n) =>
    numbers(values.latency).flatMap((latency) =>
      numbers(values.parallel).flatMap((parallel) =>
        valuesOf(values.secrets, YES_OR_NO).map((secrets) => ({
          n,
          latency,
          parallel,
          secrets: /** @type {"yes" | "no"} */ (secrets),
        })),
      ),
    ),
  );
  const before = values.json === undefined ? undefined : await readReport(values.json);
  const report = await reportOf(settings, values, before);
  const results = inOrder(report.results);
  const bars = checkBars(results, report.importing.median);
  console.log([sizeTable(results), timeTable(results), barTable(bars)].join("\n\n"));
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(report, undefined, 2)}\n`);
  if (values["write-docs"]) await writeDocument({ ...report, results }, bars);
  if (bars.some(({ holds }) => !holds)) process.exitCode = 1;
}

/**
 * Measures, and adds it to what was measured before; or gives just that, when nothing is to be measured.
 *
 * @param {readonly Setting[]} settings
 * @param {{ n: string, latency: string, parallel: string, secrets: string, runs: string }} options as they were given
 * @param {Report | undefined} before
 * @returns {Promise<Report>}
 */
async function reportOf(settings, { n, latency, parallel, secrets, runs }, before) {
  const times = Number(valuesOf(runs, WHOLE_NUMBER)[0]);
  if (times === 0) {
    if (before === undefined) throw new Error("With --runs 0, --json has to name a file with figures.");
    return before;
  }
  const machine = thisMachine();
  // Said before hours of measuring, not after.
  if (before !== undefined) expectSameMachine(before, machine);
  const command = `npm run bench -- --n ${n} --latency ${latency} --parallel ${parallel} --secrets ${secrets} --runs ${runs}`;
  return combine(before, {
    machine,
    commands: [{ command, date: new Date().toISOString().slice(0, 10) }],
    results: summarize(await measureAll(settings, times)),
    importing: await measureImport(IMPORT_RUNS),
  });
}

/**
 * @param {readonly Setting[]} settings
 * @param {number} runs
 */
async function measureAll(settings, runs) {
  /** @type {Sample[]} */
  const samples = [];
  for (const setting of settings) {
    for (let run = 1; run <= runs; run += 1) {
      // Each variant is first, second and last in turn.
      const first = run % VARIANTS.length;
      samples.push(...(await runOnce(setting, [...VARIANTS.slice(first), ...VARIANTS.slice(0, first)])));
      const { n, latency, parallel, secrets } = setting;
      console.error(
        `n ${n}, latency ${latency} ms, parallel ${parallel || "default"}, secrets ${secrets}: run ${run}`,
      );
    }
  }
  return samples;
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

/** @returns {import("./results.mjs").Machine} */
function thisMachine() {
  const [cpu] = cpus();
  return {
    cpu: cpu?.model ?? "unknown",
    cores: cpus().length,
    memoryBytes: totalmem(),
    node: process.version,
  };
}

/**
 * @param {Report} report
 * @param {readonly import("./bars.mjs").Bar[]} bars
 */
async function writeDocument({ machine, commands, results }, bars) {
  const origin = `${describeMachine(machine)}.`;
  const made = ["```sh", ...commands.map(({ command, date }) => `${command} # ${date}`), "```"].join("\n");
  await writeFigures("bench/README.md", "time", [origin, made, timeTable(results)].join("\n\n"));
  await writeFigures("bench/README.md", "size", sizeTable(results));
  await writeFigures("bench/README.md", "bars", barTable(bars));
}

/**
 * All phases of all variants once; within a phase, one variant after the other, so that what disturbs the machine
 * disturbs them alike.
 *
 * @param {Setting} setting
 * @param {readonly import("./results.mjs").Variant[]} variants in the order in which they take turns
 */
async function runOnce(setting, variants) {
  const created = await Promise.allSettled(
    variants.map(async (variant) => ({ variant, project: await createVariant(variant, setting) })),
  );
  const projects = created.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  /** @type {Sample[]} */
  const samples = [];
  try {
    for (const result of created) if (result.status === "rejected") throw result.reason;
    for (const { name, args, version } of PHASES) {
      for (const { variant, project } of projects) {
        const parallel =
          setting.parallel > 0 && args[0] !== "preview" ? ["--parallel", String(setting.parallel)] : [];
        await project.requests();
        const cost = await project.measure([...args, ...parallel], { BENCH_VERSION: version });
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
    await Promise.all(projects.map(({ project }) => project.dispose()));
  }
  return samples;
}

await runMain(main);
