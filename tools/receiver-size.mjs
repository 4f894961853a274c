// Measures what pulumi-up42/receiver costs a function that starts cold, and writes it into docs/receiver.md.
// Run by `npm run receiver:size`, after `npm run build`.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const RECEIVER = join(ROOT, "provider", "dist", "receiver", "index.js");
const DOCUMENT = join(ROOT, "docs", "receiver.md");
const START = "<!-- receiver:size, written by `npm run receiver:size` -->";
const END = "<!-- /receiver:size -->";
const RUNS = 41;

/**
 * The median time, in milliseconds, that a fresh process takes to load a module.
 * @param {string} folder where to put the script; one given by --eval would have Node's own modules loaded before it
 * @param {string} module
 */
function loadTime(folder, module) {
  const script = join(folder, "load.cjs");
  writeFileSync(
    script,
    `const start = process.hrtime.bigint();
     require(${JSON.stringify(module)});
     console.log(Number(process.hrtime.bigint() - start) / 1e6);`,
  );
  const times = Array.from({ length: RUNS }, () => Number(execFileSync(process.execPath, [script])));
  const median = times.sort((a, b) => a - b)[(RUNS - 1) / 2] ?? Number.NaN;
  return `${median.toFixed(1)} ms`;
}

/** The receiver and all it needs in one minified file, as a function is deployed. */
async function bundle() {
  const { outputFiles } = await build({
    entryPoints: [RECEIVER],
    bundle: true,
    minify: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    write: false,
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error("esbuild wrote no bundle.");
  return file.contents;
}

/** @param {number} bytes */
function kib(bytes) {
  return `${(bytes / 1024).toFixed(1)} KiB`;
}

/** What was measured, and the figure. */
async function measure() {
  const folder = mkdtempSync(join(tmpdir(), "receiver-size-"));
  try {
    const bytes = await bundle();
    const bundled = join(folder, "bundle.cjs");
    writeFileSync(bundled, bytes);
    return [
      ["Load, installed from npm", loadTime(folder, RECEIVER)],
      ["Load, bundled", loadTime(folder, bundled)],
      ["of either, `node:crypto` of Node itself", loadTime(folder, "node:crypto")],
      ["Bundle, minified", kib(bytes.length)],
      ["Bundle, minified and gzipped", kib(gzipSync(bytes).length)],
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const rows = await measure();
const table = [
  `| | Node ${process.versions.node}, median of ${RUNS} fresh processes |`,
  "|---|---|",
  ...rows.map(([what, figure]) => `| ${what} | ${figure} |`),
].join("\n");

const text = readFileSync(DOCUMENT, "utf8");
const [start, end] = [text.indexOf(START), text.indexOf(END)];
if (start < 0 || end < start) throw new Error(`${DOCUMENT} lacks the lines ${START} and ${END}.`);
writeFileSync(DOCUMENT, `${text.slice(0, start)}${START}\n${table}\n${text.slice(end)}`);
execFileSync(join(ROOT, "node_modules", ".bin", "biome"), ["format", "--write", DOCUMENT]);
console.log(table);
