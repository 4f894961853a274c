import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { median, writeFigures } from "../tools/figures.mjs";
import { markdownTable } from "../tools/markdown.mjs";
import { runMain } from "../tools/process.mjs";
import { measureHost, measureImport } from "./loading.mjs";
import { wholeNumber } from "./options.mjs";
import { createVariant } from "./project.mjs";

/**
 * Where the milliseconds of the first `up` of one webhook go: what happened when, in all processes that take part.
 */

const HERE = fileURLToPath(new URL(".", import.meta.url));
const USAGE = `npm run bench:start -- [options]
  --runs 11          how often each variant is measured
  --write-docs       puts the figures into docs/performance.md`;

/** @typedef {{ name: string, program: import("./project.mjs").Variant, typescript?: { noCheck: boolean } }} Variant */

/** @type {readonly Variant[]} */
const VARIANTS = [
  { name: "floor, JavaScript", program: "floor" },
  { name: "ours, JavaScript", program: "ours" },
  { name: "ours, TypeScript, `noCheck`", program: "ours", typescript: { noCheck: true } },
  { name: "ours, TypeScript, checked", program: "ours", typescript: { noCheck: false } },
];

/** The moments that bench/hook.cjs, the emulator's record and the clock report, in the order in which they happen. */
const MOMENTS = [
  ["the program's process starts", "program started"],
  ["TypeScript is loaded", "program loaded typescript"],
  ["`pulumi-up42` is imported", "program loads pulumi-up42"],
  ["… and that is done", "program loaded pulumi-up42"],
  ["Pulumi's host starts", "host started"],
  ["our code for the host is loaded", "host loads pulumi-up42/host"],
  ["… and that is done", "host loaded pulumi-up42/host"],
  ["the first request arrives at UP42", "first request"],
  ["the last request arrives at UP42", "last request"],
  ["the program's process ends", "program ended"],
  ["the command ends", "command ended"],
];

async function main() {
  const { values } = parseArgs({
    options: {
      runs: { type: "string", default: "11" },
      "write-docs": { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const runs = wholeNumber(values.runs);
  if (runs === 0) throw new Error("With --runs 0 there is nothing to report.");
  const samples = VARIANTS.map(() => /** @type {Map<string, number>[]} */ ([]));
  for (let run = 0; run < runs; run += 1) {
    for (const [index, variant] of VARIANTS.entries()) samples[index]?.push(await firstUp(variant));
    console.error(`run ${run + 1}`);
  }
  const rows = MOMENTS.map(([text = "", moment = ""]) => [
    text,
    ...samples.map((maps) => milliseconds(maps.flatMap((times) => times.get(moment) ?? []))),
  ]);
  const importing = await measureImport(41);
  const { file, modules } = await measureHost(41);
  const figures = [
    `\`npm run bench:start -- --runs ${runs}\`; milliseconds since the command was started, medians.`,
    markdownTable(["moment", ...VARIANTS.map(({ name }) => name)], rows),
    `Beside a loaded \`@pulumi/pulumi\`, in ${importing.runs} fresh processes each, by turns:`,
    markdownTable(
      ["milliseconds", "median", "fastest", "slowest"],
      [
        ["importing the package in a program", ...spread(importing)],
        ["the host checks a first webhook, from one file", ...spread(file)],
        ["the same from its modules", ...spread(modules)],
      ],
    ),
  ].join("\n\n");
  console.log(figures);
  if (values["write-docs"]) await writeFigures("docs/performance.md", "start", figures);
}

/**
 * The first `up` of one webhook in a stack of its own.
 *
 * @param {Variant} variant
 * @returns {Promise<Map<string, number>>} moments, in milliseconds since the command was started
 */
async function firstUp({ program, typescript }) {
  const project = await createVariant(program, { n: 1, latency: 0, secrets: "no" });
  try {
    if (typescript !== undefined) await useTypeScript(project.folder, typescript);
    const trace = join(project.root, "trace");
    await project.requests();
    const startedAt = Date.now();
    await project.measure(["up", "--yes", "--skip-preview"], {
      BENCH_TRACE: trace,
      NODE_OPTIONS: `--require ${join(HERE, "hook.cjs")}`,
    });
    const endedAt = Date.now();
    const moments = await readTrace(trace);
    const requests = (await project.recorded()).map(({ at }) => Date.parse(at));
    if (requests.length > 0) {
      moments.set("first request", Math.min(...requests)).set("last request", Math.max(...requests));
    }
    moments.set("command ended", endedAt);
    return new Map([...moments].map(([moment, at]) => [moment, at - startedAt]));
  } finally {
    await project.dispose();
  }
}

/**
 * @param {string} folder the program's
 * @param {{ noCheck: boolean }} options
 */
async function useTypeScript(folder, { noCheck }) {
  await Promise.all(["index.js", "inputs.js"].map((name) => rm(join(folder, name))));
  await cp(join(HERE, "programs", "start.ts"), join(folder, "index.ts"));
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "bench", main: "index.ts" }));
  await writeFile(join(folder, "Pulumi.yaml"), "name: bench\nruntime: nodejs\n");
  const example = await readFile(join(HERE, "..", "examples", "webhook", "tsconfig.json"), "utf8");
  const [before, after, ...others] = example.split('"noCheck": true');
  if (after === undefined || others.length > 0)
    throw new Error('The tsconfig.json of examples/webhook has not "noCheck": true once.');
  await writeFile(join(folder, "tsconfig.json"), `${before}"noCheck": ${noCheck}${after}`);
}

/**
 * @param {string} file
 * @returns {Promise<Map<string, number>>} the first time of each event
 */
async function readTrace(file) {
  /** @type {Map<string, number>} */
  const moments = new Map();
  for (const line of (await readFile(file, "utf8")).trim().split("\n")) {
    const { role, event, at } = JSON.parse(line);
    const moment = `${role} ${event}`;
    if (!moments.has(moment)) moments.set(moment, at);
  }
  return moments;
}

/** @param {import("./loading.mjs").Cost} cost */
function spread({ median: middle, min, max }) {
  return [middle, min, max].map((time) => time.toFixed(1));
}

/** @param {readonly number[]} times */
function milliseconds(times) {
  return times.length === 0 ? "" : median(times).toFixed(0);
}

await runMain(main);
